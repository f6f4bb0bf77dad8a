#!/usr/bin/env bash
# Needs: debhelper, dpkg-dev, perl, lintian if it is there.
# Proves: packaging/debian makes pyrepro and dh-pyrepro with dpkg-buildpackage, of the program that PYREPRO names (the
#   build profile `prebuilt`), twice with the same bytes, and lintian has no errors or warnings. Building the program
#   within dpkg-buildpackage needs cargo's registry: `dpkg-buildpackage -b -d` without the profile does that.
. "$(dirname "$0")/environment.sh"
need dpkg-buildpackage dh faketime

build() { # environment, folder
  mkdir -p "$2"
  git -C "$root" archive --prefix=pyrepro-0.1.0/ HEAD | tar x -C "$2"
  cp -r "$root/packaging/debian" "$2/pyrepro-0.1.0/debian"
  (
    cd "$2/pyrepro-0.1.0"
    export DEB_BUILD_PROFILES=prebuilt PYREPRO_PROGRAM=$PYREPRO
    "$1" dpkg-buildpackage -b -us -uc -d > ../log 2>&1 || { tail -40 ../log; fail "it does not build"; }
  )
}

build first_build "$work/one"
build second_build "$work/another/path"
for deb in "$work/one"/pyrepro_*.deb "$work/one"/dh-pyrepro_*.deb; do
  same "$deb" "$work/another/path/$(basename "$deb")"
done
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error,warning "$work/one"/*.deb
  echo "lintian: clean"
else
  echo "lintian is not here"
fi
