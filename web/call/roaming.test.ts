import { expect, test } from "vitest";
import { restarted } from "./roaming";

const OFFER = "m=audio 9\r\na=ice-ufrag:aa\r\na=ice-pwd:bb\r\na=candidate:1 1 udp 1090518785 127.0.0.1 5 typ host\r\nm=video 9\r\na=ice-ufrag:aa\r\na=ice-pwd:bb\r\n";

test("the next credentials are those the relay expects, in every part", async () => {
  const sdp = await restarted(OFFER);
  // hashlib.sha256(b"aa:bb").hexdigest(), as Credentials.next of the relay cuts it
  expect(sdp.match(/ufrag:\S+/g)).toEqual(Array(2).fill("ufrag:26706173ab47"));
  expect(sdp.match(/pwd:\S+/g)).toEqual(Array(2).fill("pwd:fd166f8f0a79c172d9a40ad7576361532222"));
  expect(sdp).toContain("a=candidate:1 1 udp 1107296001 127.0.0.1 5 typ host");
  expect(await restarted(sdp)).not.toBe(sdp);
});

test("an offer without credentials is an error", async () => {
  await expect(restarted("v=0\r\n")).rejects.toThrow("no ICE credentials");
});
