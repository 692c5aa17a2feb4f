#!/usr/bin/env bash
# Copies what the pages use from npm packages, at the versions of the lock, into service/static/vendor.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
into=$(realpath -m "${1:-../../service/static/vendor}")

npm ci --silent
mkdir -p "$into"
while read -r file name; do
  cp "node_modules/$file" "$into/${name:-$(basename "$file")}"
done < files.txt
