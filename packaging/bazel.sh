#!/usr/bin/env bash
# Needs: python3, which is the client and the Python to compile for.
# Proves: `pyrepro worker` answers work requests in JSON and as protocol buffers as Bazel sends them, one process for many
#   requests; its bytecode is that of `pyrepro compile`; what does not compile is told with exit code 1 and ends nothing. Bazel
#   itself is not run.
. "$(dirname "$0")/environment.sh"
need python3
cd "$work"
python3 - "$PYREPRO" "$root/testdata/orchard/src/orchard" <<'PYTHON'
import json, os, pathlib, subprocess, sys

program, source = sys.argv[1:]
version = "%d.%d" % sys.version_info[:2]


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def read_varint(stream):
    number = shift = 0
    while True:
        byte = stream.read(1)[0]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7


class Json:
    def send(self, stream, arguments, number):
        request = {"arguments": arguments, "inputs": [{"path": "x", "digest": "00"}], "requestId": number}
        stream.write(json.dumps(request, separators=(",", ":")).encode() + b"\n")

    def receive(self, stream):
        answer = json.loads(stream.readline())
        return answer["exitCode"], answer["output"], answer["requestId"]


class Proto:
    def send(self, stream, arguments, number):
        message = b"".join(field(1, argument.encode()) for argument in arguments)
        message += field(2, field(1, b"x") + field(2, b"\0")) + (b"\x18" + varint(number) if number else b"")
        stream.write(varint(len(message)) + message)

    def receive(self, stream):
        message = stream.read(read_varint(stream))
        answer, at = {1: 0, 2: b"", 3: 0}, 0
        import io
        rest = io.BytesIO(message)
        while rest.tell() < len(message):
            tag = read_varint(rest)
            value = rest.read(read_varint(rest)) if tag & 7 == 2 else read_varint(rest)
            answer[tag >> 3] = value
        return answer[1], answer[2].decode(), answer[3]


def run(protocol, name):
    folder = pathlib.Path(name)
    folder.mkdir()
    worker = subprocess.Popen([program, "worker", "--persistent_worker"], stdin=-1, stdout=-1)
    sources = sorted(pathlib.Path(source).rglob("*.py"))
    done = []
    for number, path in enumerate(sources):
        recorded = "pkg/" + str(path.relative_to(source))
        pyc = folder / (recorded.replace("/", "_") + "c")
        arguments = ["--src", str(path), "--src_name", recorded, "--pyc", str(pyc), "--python_version", version,
                     "--invalidation_mode", "UNCHECKED_HASH", "--optimize", "0"]
        # Long lists come in a file.
        parameters = folder / "parameters.txt"
        parameters.write_text("\n".join(arguments))
        protocol.send(worker.stdin, arguments if number % 2 else ["@" + str(parameters)], number)
        worker.stdin.flush()
        answer = protocol.receive(worker.stdout)
        assert answer == (0, "", number), answer
        done.append((path, recorded, pyc))
    bad = folder / "bad.py"
    bad.write_text("def\n")
    protocol.send(worker.stdin, ["--src", str(bad), "--src_name", "bad.py", "--pyc", str(folder / "bad.pyc"),
                                 "--python_version", version], 77)
    worker.stdin.flush()
    code, output, number = protocol.receive(worker.stdout)
    assert (code, number) == (1, 77) and "bad.py" in output and "SyntaxError" in output, (code, output)
    worker.stdin.close()
    assert worker.wait(60) == 0
    return done


for protocol, name in (Json(), "json"), (Proto(), "proto"):
    done = run(protocol, name)
    for path, recorded, pyc in done:
        expected = pathlib.Path("expected.pyc")
        expected.unlink(missing_ok=True)
        subprocess.run([program, "compile", "-qq", "-f", "--python", version, "--invalidation-mode", "unchecked-hash",
                        "--dfile", recorded, "--cfile", str(expected), str(path)], check=True)
        assert expected.read_bytes() == pyc.read_bytes(), recorded
    print(f"{name}: {len(done)} modules by one process, the bytes of pyrepro compile; a source that does not compile is told")
PYTHON
