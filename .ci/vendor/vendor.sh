#!/usr/bin/env bash
# Copies what the pages use from npm packages, at the versions of the lock, into service/web/static/vendor.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
into=$(realpath -m "${1:-../../service/web/static/vendor}")

npm ci --silent
mkdir -p "$into"
while read -r file name; do
  cp "node_modules/$file" "$into/${name:-$(basename "$file")}"
done < files.txt

# the packages that are in the bundle say so themselves; each one's licence goes with it
node_modules/.bin/esbuild editor.js --bundle --minify --format=esm --target=es2022 \
  --legal-comments=none --log-level=warning --metafile=node_modules/editor.json \
  --outfile="$into/editor.min.js"
node -p 'Object.keys(require("./node_modules/editor.json").inputs).join("\n")' |
  sed -nE 's#^node_modules/((@[^/]+/)?[^/]+)/.*#\1#p' | sort -u |
  while read -r name; do printf '%s\n\n' "$name"; cat "node_modules/$name/LICENSE"; echo; done \
  > "$into/editor.LICENSE"
