// Times ONNX Runtime on one recurrent layer. The protocol is in README.md; PASS is `infer`, or `step` for one step with states in and out.
'use strict';
const path = require('path');
const readline = require('readline');
const { recurrentModel } = require('./onnx.js');
const folder = path.join(__dirname, 'bin', 'node_modules', 'onnxruntime-node');

let ort;
try {
  ort = require(folder);
} catch (error) {
  console.log(JSON.stringify({ absent: `onnxruntime-node is not installed (${error.code ?? error.message})` }));
  process.exit(0);
}

const noise = (shape) => new ort.Tensor('float32', Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.random() - 0.5), shape);

/** Milliseconds of one run, sorted: at least three after one that is not counted, and then until the time is used up. */
async function measure(run, seconds) {
  await run();
  const times = [];
  for (const start = performance.now(); times.length < 3 || performance.now() - start < seconds * 1e3;) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
}

async function prepare(cell, pass, T, N, C, H, threads) {
  if (pass !== 'infer' && pass !== 'step') throw new Error('ONNX Runtime only infers');
  const { states, bytes } = recurrentModel(cell, T, N, C, H, pass === 'step');
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1, executionProviders: ['cpu'] });
  const feeds = { x: noise([T, N, C]) };
  for (const name of states) feeds[name] = noise([1, N, H]);
  return {
    run: async () => {
      const results = await session.run(feeds);
      for (const name of states) feeds[name] = results[`${name}_next`];
    },
    release: () => session.release(),
  };
}

(async () => {
  console.log(JSON.stringify({ peer: 'ONNX Runtime', version: require(path.join(folder, 'package.json')).version }));
  let prepared = '', layer = null;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const [cell, pass, ...rest] = line.trim().split(/\s+/);
      const [T, N, C, H, threads, seconds] = rest.map(Number);
      if (!(seconds >= 0)) throw new Error('expected CELL infer|step T N C H THREADS SECONDS');
      const wanted = [cell, pass, T, N, C, H, threads].join(' ');
      if (wanted !== prepared) {
        await layer?.release();
        layer = null;
        layer = await prepare(cell, pass, T, N, C, H, threads);
        prepared = wanted;
      }
      const times = await measure(layer.run, seconds);
      console.log(JSON.stringify({ median: times[times.length >> 1], min: times[0], max: times[times.length - 1] }));
    } catch (error) {
      prepared = '';
      console.log(JSON.stringify({ error: error.message }));
    }
  }
})();
