// Cuts the borders of the world out of world-atlas (Natural Earth, 1:50 million): lines only, as whole numbers of
// 1/200 degree, each line as its first point and the steps from point to point.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const PER_DEGREE = 200;

export function cutBorders() {
  const require = createRequire(import.meta.url);
  const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json")));
  const { scale, translate } = atlas.transform;
  const lines = [];
  for (const arc of atlas.arcs) {
    const line = [];
    let [x, y, lastX, lastY] = [0, 0, null, null];
    for (const [stepX, stepY] of arc) {
      x += stepX;
      y += stepY;
      const nowX = Math.round((x * scale[0] + translate[0]) * PER_DEGREE);
      const nowY = Math.round((y * scale[1] + translate[1]) * PER_DEGREE);
      if (lastX === null) line.push(nowX, nowY);
      else if (nowX !== lastX || nowY !== lastY) line.push(nowX - lastX, nowY - lastY);
      [lastX, lastY] = [nowX, nowY];
    }
    if (line.length > 2) lines.push(line);
  }
  return JSON.stringify({ per_degree: PER_DEGREE, lines });
}
