#!/usr/bin/env bash
# Writes the reference of the public API, made of the comments, as Markdown into a folder: docs/api unless another is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="$(realpath -m "${1:-docs/api}")"
UNFOLD_API="$folder" dotnet test tests/Unfold.PublicApi.Tests -c Release --filter EverythingPublicHasACommentAndAPlaceInTheReference
echo "$folder/README.md"
