// Runs models in ONNX Runtime. Each line of the input is a run in JSON:
//   {"model": path, "inputs": [{"name", "type": "float32" | "int64", "shape": [..], "data": base64}]}
// and each line of the output its results, {"outputs": [{"name", "type", "shape", "data"}]}, or {"error": text}.
const ort = require('onnxruntime-node');
const readline = require('node:readline');

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array };

function read({ type, shape, data }) {
  const bytes = Buffer.from(data, 'base64');
  const copy = new Uint8Array(bytes).buffer;
  return new ort.Tensor(type, new arrays[type](copy), shape);
}

function write(name, tensor) {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return { name, type: tensor.type, shape: tensor.dims, data: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

async function run({ model, inputs }) {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, read(input)]));
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => write(name, results[name]));
  await session.release();
  return { outputs };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = await run(JSON.parse(line));
    } catch (error) {
      answer = { error: String(error.message ?? error) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
})();
