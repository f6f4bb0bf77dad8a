#!/usr/bin/env bash
# Needs: debhelper, dh-python, dpkg-dev, faketime, python3-all, python3-setuptools, a package index of Debian with
#   sources (or packages in SOURCES), and root or sudo rights for none of it.
# Proves: three real packages of Debian, built with `dh $@ --with pyrepro` in two environments (path, umask, time
#   zone, clock, hash seed), give the same .deb, byte for byte, private modules with their bytecode among them.
. "$(dirname "$0")/environment.sh"
need dpkg-buildpackage dh_python3 faketime

export PERL5LIB=$work/perl PATH=$work/bin:$PATH
mkdir -p "$work/perl/Debian/Debhelper/Sequence" "$work/bin" "$work/sources"
cp "$root/packaging/debian/debhelper/pyrepro.pm" "$work/perl/Debian/Debhelper/Sequence/"
cp "$root/packaging/debian/debhelper/dh_pyrepro" "$work/bin/"
ln -s "$PYREPRO" "$work/bin/pyrepro"

# Sources come through apt's lists of this run alone; the machine's own stay as they are.
sources() {
  if [ -n "${SOURCES:-}" ]; then cp "$SOURCES"/* "$work/sources/"; return; fi
  local release; release=$(. /etc/os-release; echo "$VERSION_CODENAME")
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" > "$work/apt/sources.list"
  local apt=(-qq -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update
  (cd "$work/sources" && apt-get "${apt[@]}" source --download-only "$@") || exit 1
}

# One package is of public modules, one has private modules that are shipped compiled, one is an application.
packages=${PACKAGES:-"python-colorama toolz sqlmap"}
# shellcheck disable=SC2086
sources $packages

build() { # environment, folder, package
  local environment=$1 folder=$2 package=$3
  mkdir -p "$folder"
  (cd "$folder" && dpkg-source -x --no-check "$work/sources/$package"_*.dsc tree >/dev/null)
  (
    cd "$folder/tree"
    # The part under test.
    sed -i -E 's/(dh +"?\$@"?)/\1 --with pyrepro/; s/--with pyrepro( .*)--with(=| )([a-z0-9,]+)/--with pyrepro,\3\1/' debian/rules
    grep -q 'with pyrepro' debian/rules || fail "$package has no dh line in debian/rules"
    printf '\noverride_dh_pyrepro:\n\tdh_pyrepro --ship-bytecode\n' >> debian/rules
    export DEB_BUILD_OPTIONS="nocheck nodoc" DEB_BUILD_PROFILES="nocheck nodoc"
    "$environment" dpkg-buildpackage -b -us -uc -d > ../log 2>&1 || { tail -40 ../log; fail "$package does not build"; }
  )
}

for package in $packages; do
  build first_build "$work/one/$package" "$package"
  build second_build "$work/another/longer/path/$package" "$package"
  for deb in "$work/one/$package"/*.deb; do
    same "$deb" "$work/another/longer/path/$package/$(basename "$deb")"
    bytecode=$(dpkg-deb -c "$deb" | grep -c '\.pyc$' || true)
    echo "  $bytecode bytecode files"
  done
  grep -h -E '^ +pyrepro |^	pyrepro ' "$work/one/$package/log" | sort | uniq -c || true
done
