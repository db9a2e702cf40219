#!/usr/bin/env bash
# Starts the server, or says why it cannot.
here=$(cd "$(dirname "$0")" && pwd)
# Debian's OpenBLAS does not know the newest processors and falls back to kernels without AVX-512, about four times slower.
# What the environment says does not count: nobody is to be timed on a slower kernel because of a setting made for something else.
if grep -q avx512f /proc/cpuinfo; then export OPENBLAS_CORETYPE=SKYLAKEX; fi
unset OPENBLAS_L2_SIZE
# OpenBLAS on OpenMP shares PyTorch's threads; the other build brings threads of its own, which get in their way.
for folder in /usr/lib/*/openblas-openmp; do
  [ -d "$folder" ] && export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
# The first Python on the path need not be the one that the distribution's packages belong to.
for python in ${UNFOLD_PYTHON:-} python3 /usr/bin/python3; do
  "$python" -c 'import torch' 2> /dev/null && exec "$python" -W ignore "$here/pytorch.py"
done
echo '{"absent":"no python3 has torch (Debian: python3-torch, libopenblas0-openmp)"}'
