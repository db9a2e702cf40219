#!/usr/bin/env bash
# Starts the server, or says why it cannot.
here=$(cd "$(dirname "$0")" && pwd)
[ -x "$here/bin/onednn" ] || { echo '{"absent":"bin/onednn is not built; build.sh needs g++ and libdnnl-dev"}'; exit; }
exec "$here/bin/onednn"
