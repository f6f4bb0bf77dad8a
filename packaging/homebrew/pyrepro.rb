# A formula for Homebrew. It was not run: brew is not to be had where this was written. `url` and `sha256` are those of the sdist of a
# release.
class Pyrepro < Formula
  desc "Python packages that come out the same, byte for byte"
  homepage "https://pypi.org/project/pyrepro/"
  url "https://files.pythonhosted.org/packages/source/p/pyrepro/pyrepro-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  depends_on "rust" => :build

  def install
    system "cargo", "install", *std_cargo_args
    generate_completions_from_executable(bin/"pyrepro", "completions")
    system bin/"pyrepro", "man", "-o", man1
  end

  test do
    (testpath/"a.py").write "x = {1, 2, 3}\n"
    system bin/"pyrepro", "compile", "-q", "--compiler", "native", "--python", "3.14", "a.py"
    assert_path_exists testpath/"__pycache__/a.cpython-314.pyc"
  end
end
