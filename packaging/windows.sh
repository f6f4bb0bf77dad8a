#!/usr/bin/env bash
# windows.sh [PYREPRO.EXE]
# Needs: wine. Without a program: cargo, Rust's standard library for x86_64-pc-windows-gnu, and mingw-w64, to build one.
# Proves: under wine, the program for Windows compiles (with the built-in compiler), builds wheels, sdists and zipapps, normalises and
#   verifies; what it writes has the same bytes as on this machine; archives have no backslash in a name; a second run
#   replaces files; errors go to standard error with exit code 2, and nothing is left behind. Wine is not Windows: files that others have open, and a real console, are not tried.
. "$(dirname "$0")/environment.sh"
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine) || { echo "skipped: $0 needs wine" >&2; exit 77; }
program=${1:-}
if [ -z "$program" ]; then
  need cargo x86_64-w64-mingw32-gcc
  (cd "$root" && cargo build --locked --target x86_64-pc-windows-gnu --bin pyrepro)
  program=$root/target/x86_64-pc-windows-gnu/debug/pyrepro.exe
fi
mkdir "$work/program"
cp "$program" "$work/program/pyrepro.exe"
program=$work/program/pyrepro.exe
# Wine 8 lacks a library that every program of today's Rust asks for random numbers.
if ! find /usr/lib -name bcryptprimitives.dll 2>/dev/null | grep -q .; then
  need x86_64-w64-mingw32-gcc
  cat > "$work/prng.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *bytes, size_t length) { return RtlGenRandom(bytes, (ULONG)length); }
C
  x86_64-w64-mingw32-gcc -shared -o "$work/program/bcryptprimitives.dll" "$work/prng.c" -ladvapi32
fi
export WINEPREFIX=${WINEPREFIX:-$work/wine} WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
export SOURCE_DATE_EPOCH=1700000000
here() { "$PYREPRO" "$@"; }
there() { "$wine" "$program" "$@" < /dev/null; }

there --version | tr -d '\r' > "$work/version"
[ "$(cat "$work/version")" = "$(here --version)" ] || fail "$(cat "$work/version") is another version"
for system in here there; do
  mkdir "$work/$system"
  cp -r "$root/testdata/orchard" "$work/$system/orchard"
  printf 'import sys\r\nx = {1, 2, 3}\r\nname = """a\r\nb"""\r\n' > "$work/$system/orchard/src/orchard/crlf.py"
  # Files of others have other times and an order of their own.
  (cd "$work/$system/orchard" && python3 -m zipfile -c ../foreign.zip pyproject.toml src README.md && touch -d @1600000000 ../foreign.zip)
  cd "$work/$system"
  for level in 0 2; do "$system" compile -q -o "$level" --compiler native --python 3.14 -s orchard/src -p /app orchard/src; done
  "$system" build -q --no-manifest --wheel --sdist -o dist orchard
  "$system" zipapp -q --no-manifest -m orchard.cli:main --compiler native --python 3.14 -p '/usr/bin/env python3' -o orchard.pyz orchard/src
  "$system" normalize -q foreign.zip
  # Once more, over what is there.
  "$system" compile -q -f --compiler native --python 3.14 -s orchard/src -p /app orchard/src
  "$system" build -q --wheel -o dist orchard
  "$system" verify -q --source orchard dist/*.whl
  "$system" normalize --check -q foreign.zip dist/*.whl dist/*.tar.gz
done
for artifact in foreign.zip orchard.pyz dist/*.whl dist/*.tar.gz; do same "$work/here/$artifact" "$work/there/$artifact"; done
diff -r "$work/here/orchard" "$work/there/orchard" || fail "the bytecode differs"
echo "same bytecode: $(find "$work/there/orchard" -name '*.pyc' | wc -l) files"
find "$work/there" -name '*.tmp*' -o -name '.*.pyrepro*' | grep . && fail "something is left behind"

cd "$work/there"
printf 'x = (\n' > wrong.py
code=0; there compile --compiler native --python 3.14 wrong.py > out 2> err || code=$?
[ "$code" = 1 ] && grep -q 'wrong.py' err out || fail "a syntax error ends with $code: $(cat err out)"
code=0; there normalize nothing.whl > out 2> err || code=$?
[ "$code" = 2 ] && grep -q 'nothing.whl' err || fail "a file that is not there ends with $code: $(cat err)"
echo "errors are told, with exit codes 1 and 2"
