// Writes ONNX models of one recurrent layer, so that ONNX Runtime is timed without any other tool. Field numbers are those of onnx.proto3.
'use strict';

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

const field = (number, bytes) => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
const text = (number, value) => field(number, Buffer.from(value));
const integer = (number, value) => Buffer.concat([varint(number * 8), varint(value)]);
const message = (...parts) => Buffer.concat(parts);

const FLOAT = 1;
const valueInfo = (name, shape) => message(text(1, name), field(2, message(field(1, message(
  integer(1, FLOAT), field(2, message(...shape.map((size) => field(1, integer(1, size))))))))));

function weights(name, shape) {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 0.1 * Math.random() - 0.05);
  return message(...shape.map((size) => integer(1, size)), integer(2, FLOAT), text(8, name), field(9, Buffer.from(values.buffer)));
}

const attribute = (name, value) => message(text(1, name), integer(3, value), integer(20, 2));

/** What ONNX calls our cells. A GRU's reset gate acts before or after the product. */
const cells = {
  rnn: { type: 'RNN', gates: 1 },
  lstm: { type: 'LSTM', gates: 4 },
  peephole: { type: 'LSTM', gates: 4, peephole: true },
  gru: { type: 'GRU', gates: 3, linearBeforeReset: 0 },
  gru_reset_after: { type: 'GRU', gates: 3, linearBeforeReset: 1 },
};

/** A model with random weights: x [T, N, C] -> y, or one step with states in and out: x [1, N, C], h, c -> h_next, c_next. */
function recurrentModel(cellName, T, N, C, H, step) {
  const cell = cells[cellName];
  if (!cell) throw new Error(`no such cell: ${cellName}`);
  const { type, gates } = cell, lstm = type === 'LSTM', state = [1, N, H];
  const initializers = [weights('W', [1, gates * H, C]), weights('R', [1, gates * H, H]), weights('B', [1, 2 * gates * H])];
  if (cell.peephole) initializers.push(weights('P', [1, 3 * H]));
  const inputs = ['x', 'W', 'R', 'B', '', step ? 'h' : '', ...(lstm ? [step ? 'c' : ''] : []), ...(cell.peephole ? ['P'] : [])];
  const outputs = step ? ['', 'h_next', ...(lstm ? ['c_next'] : [])] : ['y'];
  const attributes = [attribute('hidden_size', H)];
  if (type === 'GRU') attributes.push(attribute('linear_before_reset', cell.linearBeforeReset));
  const node = message(...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, type), ...attributes.map((a) => field(5, a)));
  const states = step ? (lstm ? ['h', 'c'] : ['h']) : [];
  const graph = message(
    field(1, node), text(2, 'layer'), ...initializers.map((tensor) => field(5, tensor)),
    field(11, valueInfo('x', [T, N, C])), ...states.map((name) => field(11, valueInfo(name, state))),
    ...(step ? states.map((name) => field(12, valueInfo(`${name}_next`, state))) : [field(12, valueInfo('y', [T, 1, N, H]))]));
  return { states, bytes: message(integer(1, 8), field(7, graph), field(8, message(text(1, ''), integer(2, 14)))) };
}

module.exports = { recurrentModel };
