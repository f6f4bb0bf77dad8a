# pyrepro for nixpkgs, and its hook: `nix-build packaging/nix`. Written after nixpkgs' own packages. It was not run here, where
# nixpkgs is not to be had; what packaging/nix.sh runs needs no nixpkgs.
{ pkgs ? import <nixpkgs> { } }:

let
  pyrepro = pkgs.rustPlatform.buildRustPackage {
    pname = "pyrepro";
    version = "0.1.0";
    src = pkgs.lib.cleanSource ../..;
    cargoLock.lockFile = ../../Cargo.lock;
    # Its tests compare with tools of the package index, which a sandbox does not have.
    doCheck = false;
    nativeBuildInputs = [ pkgs.installShellFiles ];
    postInstall = ''
      $out/bin/pyrepro man -o man
      installManPage man/*.1
      for shell in bash zsh fish; do
        $out/bin/pyrepro completions $shell > pyrepro.$shell
      done
      installShellCompletion pyrepro.bash pyrepro.fish --zsh pyrepro.zsh
    '';
    meta = {
      description = "Python packages that come out the same, byte for byte";
      license = pkgs.lib.licenses.mit;
      mainProgram = "pyrepro";
    };
  };
in
{
  inherit pyrepro;
  hook = pkgs.makeSetupHook {
    name = "pyrepro-hook";
    propagatedBuildInputs = [ pyrepro ];
  } ./setup-hook.sh;
}
