#!/usr/bin/env bash
# Needs: rpmbuild, faketime, python3, pip with a package index (or sdists in SOURCES), rpmlint if it is there.
# Proves: with macros.pyrepro, packages of two real projects (iniconfig as public modules, Jinja as private ones) have
#   the same bytes from two builds that differ in path, umask, time zone, clock and hash seed; equal files of levels 0
#   and 1 are hard links; and the spec of pyrepro itself builds. The two specs are of this repository.
. "$(dirname "$0")/environment.sh"
need rpmbuild faketime python3 pip

mkdir -p "$work/sources"
if [ -n "${SOURCES:-}" ]; then
  cp "$SOURCES"/* "$work/sources/"
else
  pip download -q --no-deps --no-binary :all: -d "$work/sources" iniconfig jinja2 2>"$work/pip.log" || { cat "$work/pip.log"; exit 1; }
fi
python=$(command -v /usr/bin/python3 || command -v python3)
minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# As rpm reads them, with ours last, where /etc/rpm/macros.pyrepro is.
macros="/usr/lib/rpm/macros:/usr/lib/rpm/macros.d/macros.*:/usr/lib/rpm/platform/%{_target}/macros"
macros="$macros:/usr/lib/rpm/fileattrs/*.attr:/etc/rpm/macros.*:/etc/rpm/macros"

build() { # environment, folder, spec, more definitions
  local environment=$1 folder=$2 spec=$3; shift 3
  mkdir -p "$folder"/{SOURCES,SPECS,BUILD,RPMS,SRPMS,TMP}
  cp "$work/sources"/* "$folder/SOURCES/"
  cp "$spec" "$folder/SPECS/"
  # The macros as they are installed, with the program and the script of this run.
  sed "s,%{_bindir}/pyrepro,$PYREPRO,; s,%{_rpmconfigdir}/brp-pyrepro,$root/packaging/rpm/brp-pyrepro," \
    "$root/packaging/rpm/macros.pyrepro" > "$folder/macros.pyrepro"
  "$environment" rpmbuild --nodeps -bb --target noarch \
    --macros "$macros:$folder/macros.pyrepro" \
    --define "_topdir $folder" --define "_tmppath $folder/TMP" \
    --define "python3 $python" --define "python3_sitelib /usr/lib/python$minor/site-packages" \
    --define '__os_install_post %{__brp_python_bytecompile}' \
    --define 'source_date_epoch_from_changelog 1' --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define '_buildhost reproducible' \
    "$@" "$folder/SPECS/$(basename "$spec")" > "$folder/log" 2>&1 || { tail -40 "$folder/log"; fail "$(basename "$spec") does not build"; }
}

version_of() { (cd "$work/sources" && ls | sed -n "s/^$1-\(.*\)\.tar\.gz$/\1/p"); }

for pair in iniconfig:python-iniconfig jinja2:jinja-private; do
  spec=$root/packaging/rpm/examples/${pair#*:}.spec
  version=$(version_of "${pair%:*}")
  build first_build "$work/one" "$spec" --define "upstream_version $version"
  build second_build "$work/another/path" "$spec" --define "upstream_version $version"
  package=$(ls "$work"/one/RPMS/noarch/"${pair#*:}"-*.rpm)
  same "$package" "$work/another/path/RPMS/noarch/$(basename "$package")"
  rpm -qp --nosignature --qf '[%{FILENAMES} %{FILEINODES}\n]' "$package" > "$work/files"
  grep -c '\.pyc ' "$work/files" | sed 's/^/  bytecode files: /'
  linked=$(awk '/\.pyc /{n[$2]++} END{for(i in n) if(n[i]>1) c++; print c+0}' "$work/files")
  [ "$linked" -gt 0 ] || fail "no equal levels are hard links"
  echo "  pairs of levels that are one file: $linked"
done

git -C "$root" archive --prefix=pyrepro-0.1.0/ HEAD | gzip -n > "$work/sources/pyrepro-0.1.0.tar.gz"
mkdir -p "$work/self/pyrepro-0.1.0" && tar x -z -C "$work/self" -f "$work/sources/pyrepro-0.1.0.tar.gz"
if [ ! -f "$work/self/pyrepro-0.1.0/packaging/rpm/macros.pyrepro" ]; then fail "commit packaging/rpm first"; fi
mkdir -p "$work/self"/{SOURCES,RPMS}
cp "$work/sources/pyrepro-0.1.0.tar.gz" "$work/self/SOURCES/"
rpmbuild --nodeps -bb --without cargo --define "_topdir $work/self" --define "pyrepro_program $PYREPRO" \
  "$root/packaging/rpm/pyrepro.spec" > "$work/self/log" 2>&1 || { tail -40 "$work/self/log"; fail "pyrepro.spec does not build"; }
find "$work/self/RPMS" -name '*.rpm' -printf 'built: %f\n' | sort
if command -v rpmlint >/dev/null; then
  rpmlint "$root/packaging/rpm/pyrepro.spec" | tail -3
fi
