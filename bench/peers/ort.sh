#!/usr/bin/env bash
# Starts the server, or says why it cannot.
here=$(cd "$(dirname "$0")" && pwd)
command -v node > /dev/null || { echo '{"absent":"node is not installed"}'; exit; }
exec node "$here/ort.js"
