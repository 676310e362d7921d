#!/usr/bin/env bash
# Builds the console and makes it a C++ file: build.sh SOURCES FOLDER OUTPUT WANTED. What stops it
# (no Node, no network for npm) is said, and then the file has no console in it: the program is
# built all the same. FOLDER is shared by all presets, and nothing is built twice.
set -euo pipefail
sources=$1 folder=$2 output=$3 wanted=$4

without() {
    if [[ $wanted == 1 ]]; then
        printf 'console: %s; THE PROGRAM IS BUILT WITHOUT ITS WEB CONSOLE\n' "$1" >&2
        [[ -z ${2:-} ]] || tail -n 20 "$2" >&2
    fi
    cat >"$output" <<'CPP'
// Built without the console.
#include "worker/http/console.h"

std::span<worker::http::Asset const> worker::http::console_assets() {
    return {};
}
CPP
    exit 0
}

[[ $wanted == 1 ]] || without "not wanted"
command -v node >/dev/null || without "there is no Node (apt install nodejs)"
command -v npm >/dev/null || without "there is no npm (apt install npm)"

mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
cd "$sources"
own=(src public index.html me.html vite.config.mjs package.json package-lock.json tsconfig.json)
mark=$(find "${own[@]}" pack.mjs build.sh -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
if [[ ! -e $folder/assets.cpp || $(cat "$folder/built" 2>/dev/null) != "$mark" ]]; then
    rm -rf "$folder/built" "$folder/src" "$folder/public" "$folder/dist"
    cp -r "${own[@]}" "$folder/"
    cd "$folder"
    lock=$(sha256sum package-lock.json)
    if [[ $(cat node_modules/.installed 2>/dev/null) != "$lock" ]]; then
        npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 2 --fetch-timeout 60000 \
            >npm.log 2>&1 </dev/null || without "npm could not install its packages" npm.log
        printf '%s' "$lock" >node_modules/.installed
    fi
    node node_modules/vite/bin/vite.js build >vite.log 2>&1 </dev/null ||
        { cat vite.log >&2; exit 1; }
    node "$sources/pack.mjs" dist assets.cpp
    printf '%s' "$mark" >built
fi
cp "$folder/assets.cpp" "$output"
