/** A camera for examples: a drawn face, so that a picture is there without asking anybody for a device. */

const WIDTH = 320;
const HEIGHT = 240;

let stream: MediaStream | null = null;

export function drawnCamera(): MediaStream {
  stream ??= draw();
  return stream;
}

function draw(): MediaStream {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  setInterval(() => {
    if (!pen) return;
    pen.fillStyle = "#35566b";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.fillStyle = "#e2c3a5";
    pen.beginPath();
    pen.arc(WIDTH / 2, HEIGHT / 2, HEIGHT / 4, 0, 2 * Math.PI);
    pen.fill();
  }, 100);
  return canvas.captureStream(10);
}
