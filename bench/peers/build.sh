#!/usr/bin/env bash
# Builds the peers that must be built into bin/, which git ignores. What cannot be had is named; the rest works without it.
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$here/bin"

echo "oneDNN: building bin/onednn (needs g++ and libdnnl-dev)"
g++ -O2 -std=c++17 -Wall -fopenmp "$here/onednn.cpp" -o "$here/bin/onednn" -ldnnl

echo "ONNX Runtime: installing onnxruntime-node into bin/ (needs node and npm)"
(cd "$here/bin" && npm install --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0)

echo "What answers:"
for peer in onednn ort pytorch; do
  "$here/$peer.sh" < /dev/null
done
