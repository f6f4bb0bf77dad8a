#!/usr/bin/env bash
# Needs: debhelper, dh-python, pybuild-plugin-pyproject, dpkg-dev, faketime, python3-all, the backends of the projects
#   (flit, python3-hatchling), and pip with a package index (or sdists in SDISTS); no rights of root.
# Proves: three real projects, packaged by this script and built with `dh $@ --with pyrepro` in two environments (path, umask, time
#   zone, clock, hash seed), give the same .deb, byte for byte, private modules with their bytecode among them; and `pyrepro py3compile` makes the bytecode that is shipped.
. "$(dirname "$0")/environment.sh"
need dpkg-buildpackage dh_python3 faketime

export PERL5LIB=$work/perl PATH_OF_BUILDS=$work/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p "$work/perl/Debian/Debhelper/Sequence" "$work/bin" "$work/sources"
cp "$root/packaging/debian/debhelper/pyrepro.pm" "$work/perl/Debian/Debhelper/Sequence/"
cp "$root/packaging/debian/debhelper/dh_pyrepro" "$work/bin/"
ln -s "$PYREPRO" "$work/bin/pyrepro"

# Two projects of the index as public modules, by pybuild, and one as the private modules of an application.
mkdir -p "$work/sdists"
if [ -n "${SDISTS:-}" ]; then cp "$SDISTS"/* "$work/sdists/"; else
  pip download -q --no-deps --no-binary :all: -d "$work/sdists" typing_extensions==4.7.1 colorama==0.4.6 jinja2==3.1.6 2>"$work/pip.log" || { cat "$work/pip.log"; exit 1; }
fi

# From here on, programs are those of the distribution.
export PATH=$PATH_OF_BUILDS

debianise() { # package, kind: adds a folder debian to the current folder
  mkdir -p debian/source
  echo '3.0 (native)' > debian/source/format
  printf '%s (1.0) unstable; urgency=low\n\n  * A release.\n\n -- A Packager <packager@example.invalid>  Fri, 20 Nov 2026 12:00:00 +0000\n' "$1" > debian/changelog
  printf 'Source: %s\nSection: python\nPriority: optional\nMaintainer: A Packager <packager@example.invalid>\nBuild-Depends: debhelper-compat (= 13), dh-python, python3-all\nStandards-Version: 4.6.2\nRules-Requires-Root: no\n\nPackage: %s\nArchitecture: all\nDepends: ${misc:Depends}, ${python3:Depends}\nDescription: a test\n A package for a test.\n' "$1" "$1" > debian/control
  case $2 in
    public)
      printf '#!/usr/bin/make -f\nexport PYBUILD_SYSTEM = pyproject\n%%:\n\tdh $@ --with python3,pyrepro --buildsystem=pybuild\n\noverride_dh_auto_test:\n' ;;
    private)
      printf '#!/usr/bin/make -f\n%%:\n\tdh $@ --with python3,pyrepro --buildsystem=none\n\noverride_dh_pyrepro:\n\tdh_pyrepro --ship-bytecode\n'
      printf 'src/* usr/share/%s\n' "$1" > debian/install ;;
  esac > debian/rules
  chmod +x debian/rules
}

build() { # environment, folder, sdist, package, kind
  local environment=$1 folder=$2
  mkdir -p "$folder/tree"
  tar x -z -f "$3" --strip-components=1 -C "$folder/tree"
  (
    cd "$folder/tree"
    debianise "$4" "$5"
    "$environment" dpkg-buildpackage -b -us -uc -d > ../log 2>&1 || { tail -40 ../log; fail "$4 does not build"; }
  )
}

for line in typing_extensions:python3-typing-extensions:public colorama:python3-colorama:public jinja2:jinja-private:private; do
  IFS=: read -r project package kind <<< "$line"
  sdist=$(echo "$work/sdists/$project"-*.tar.gz)
  build first_build "$work/one/$project" "$sdist" "$package" "$kind"
  build second_build "$work/another/longer/path/$project" "$sdist" "$package" "$kind"
  deb=$(echo "$work/one/$project"/*.deb)
  same "$deb" "$work/another/longer/path/$project/$(basename "$deb")"
  bytecode=$(dpkg-deb -c "$deb" | grep -c '\.pyc$' || true)
  echo "  $bytecode bytecode files"
  [ "$kind" = public ] || [ "$bytecode" -gt 0 ] || fail "no bytecode is shipped"
done

# Built without the sequence, the application's bytecode is for py3compile to make: both modes agree on its bytes.
mkdir -p "$work/installed"
dpkg-deb -x "$work/one/jinja2"/*.deb "$work/installed"
dpkg-deb -e "$work/one/jinja2"/*.deb "$work/control"
! grep -q 'py3compile -p jinja-private /usr/share/jinja-private' "$work/control/postinst" 2>/dev/null || fail "postinst compiles what is shipped"
mkdir -p "$work/installed/var/lib/dpkg/info" "$work/installed/usr/share/python3"
(cd "$work/installed" && find usr -name '*.py' | sed 's,^,/,' > var/lib/dpkg/info/jinja-private.list)
mkdir -p "$work/installed/usr/bin"
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ln -s "$(realpath "$(command -v "/usr/bin/python$version" || command -v python3)")" "$work/installed/usr/bin/python$version"
echo "supported-versions = python$version" > "$work/installed/usr/share/python3/debian_defaults"
cp -r "$work/installed/usr/share/jinja-private" "$work/shipped"
find "$work/installed/usr" -name '*.pyc' -delete
DPKG_ROOT=$work/installed pyrepro py3compile -p jinja-private /usr/share/jinja-private
diff -r "$work/shipped" "$work/installed/usr/share/jinja-private" || fail "py3compile makes other bytecode than what is shipped"
echo "pyrepro py3compile makes what is shipped"
