/** Shows what the desk sends while the page is closed; a touch opens the page, or brings it to the front. */

declare const self: ServiceWorkerGlobalScope;

/** As Declarative Web Push writes it, which newer browsers show without this worker. */
interface Push {
  notification: { title: string; body: string; lang: string; dir: NotificationDirection; navigate: string };
}

self.addEventListener("push", (event) => {
  const { notification } = event.data?.json() as Push;
  const { title, body, lang, dir, navigate } = notification;
  const shown = { body, lang, dir, tag: "wasl", requireInteraction: true, icon: "/static/icon.svg", data: navigate };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});

async function open(address: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === new URL(address, url).pathname);
  await (page ? page.focus() : self.clients.openWindow(address));
}

export {};
