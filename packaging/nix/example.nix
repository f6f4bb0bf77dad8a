# An installed project, by the functions of the hook alone, for a Nix without nixpkgs: packaging/nix.sh builds it twice.
{ pyrepro, python, hook, source }:

derivation {
  name = "orchard-installed";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  inherit pyrepro python hook source;
  args = [ "-euc" ''
    export PATH=/usr/bin:/bin
    export PYREPRO=$pyrepro pyreproPython=$python outputs=out
    mkdir -p $out/lib/python3.13/site-packages
    cp -r $source/src/. $out/lib/python3.13/site-packages/
    chmod -R u+w $out
    exec /bin/bash -euc 'postFixupHooks=(); . "$0"; for hook in "''${postFixupHooks[@]}"; do $hook; done' $hook
  '' ];
}
