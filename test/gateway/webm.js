/**
 * Runs in a browser, as a script of a page: a film of so many seconds, each of a colour of its own, as WebM with cues, so that it can be
 * sought in. Gives base64. No program but the browser itself is needed for it.
 */
globalThis.makeWebm = async function makeWebm(seconds) {
  const [width, height, rate] = [320, 180, 5];
  const canvas = new OffscreenCanvas(width, height);
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  if (!paint) throw new Error("no canvas");
  const clusters = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      const time = Math.round(chunk.timestamp / 1000);
      if (chunk.type === "key") clusters.push({ time, blocks: [] });
      const cluster = clusters.at(-1);
      const offset = time - (cluster?.time ?? 0);
      const block = [0x81, (offset >> 8) & 255, offset & 255, chunk.type === "key" ? 0x80 : 0];
      cluster?.blocks.push(element(0xa3, join([new Uint8Array(block), bytes])));
    },
    error: (error) => {
      throw error;
    },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 3_000_000, framerate: rate });
  for (let frame = 0; frame < seconds * rate; frame += 1) {
    const second = Math.floor(frame / rate);
    paint.fillStyle = `rgb(${(second % 5) * 60}, ${(Math.floor(second / 5) % 5) * 60}, ${(Math.floor(second / 25) % 5) * 60})`;
    paint.fillRect(0, 0, width, height);
    // Noise below, so that a second of film is many bytes.
    const noise = paint.getImageData(0, height / 2, width, height / 2);
    for (let at = 0; at < noise.data.length; at += 1)
      noise.data[at] = at % 4 === 3 ? 255 : (at * 7919 * (frame + 3)) % 251;
    paint.putImageData(noise, 0, height / 2);
    const picture = new VideoFrame(canvas, { timestamp: (frame * 1_000_000) / rate });
    encoder.encode(picture, { keyFrame: frame % rate === 0 });
    picture.close();
    if (encoder.encodeQueueSize > 20) await encoder.flush();
  }
  await encoder.flush();

  const head = element(
    0x1a45dfa3,
    join([
      number(0x4286, 1),
      number(0x42f7, 1),
      number(0x42f2, 4),
      number(0x42f3, 8),
      element(0x4282, text("webm")),
      number(0x4287, 2),
      number(0x4285, 2),
    ]),
  );
  const about = element(
    0x1549a966,
    join([
      number(0x2ad7b1, 1_000_000),
      element(0x4489, float(seconds * 1000)),
      element(0x4d80, text("test")),
      element(0x5741, text("test")),
    ]),
  );
  const tracks = element(
    0x1654ae6b,
    element(
      0xae,
      join([
        number(0xd7, 1),
        number(0x73c5, 1),
        number(0x83, 1),
        element(0x86, text("V_VP8")),
        element(0xe0, join([number(0xb0, width), number(0xba, height)])),
      ]),
    ),
  );
  const bodies = clusters.map(({ time, blocks }) => element(0x1f43b675, join([number(0xe7, time), ...blocks])));
  // Positions are written at a fixed width, so that the length of the cues is known before they are.
  const cuesAt = (first) => {
    let position = first;
    const points = clusters.map(({ time }, index) => {
      const at = position;
      position += bodies[index]?.length ?? 0;
      const place = element(0xb7, join([number(0xf7, 1), number(0xf1, at, 6)]));
      return element(0xbb, join([number(0xb3, time, 6), place]));
    });
    return element(0x1c53bb6b, join(points));
  };
  const before = about.length + tracks.length;
  const cues = cuesAt(before + cuesAt(0).length);
  const film = join([head, element(0x18538067, join([about, tracks, cues, ...bodies]))]);
  let binary = "";
  for (let at = 0; at < film.length; at += 32_768) binary += String.fromCharCode(...film.subarray(at, at + 32_768));
  return btoa(binary);

  function element(id, content) {
    const name = bytesOf(id, Math.ceil(Math.log2(id + 1) / 8));
    const size = bytesOf(content.length, 8);
    size[0] = 0x01;
    return join([name, size, content]);
  }
  function number(id, value, width = 4) {
    return element(id, bytesOf(value, width));
  }
  function bytesOf(value, width) {
    const bytes = new Uint8Array(width);
    for (let at = width - 1, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
    return bytes;
  }
  function float(value) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return new Uint8Array(view.buffer);
  }
  function text(value) {
    return new TextEncoder().encode(value);
  }
  function join(parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
};
