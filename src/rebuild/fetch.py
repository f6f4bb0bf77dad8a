"""Asks an index for a project with pip's own finder, or downloads files and checks their hashes.

    fetch.py get URL SHA256 TARGET [URL SHA256 TARGET ...]
    fetch.py list NAME VERSION       (with pip; prints JSON)

"get" downloads at the same time, and prints a line for each file, in order: "ok -", "hash" and what was found, or
"failed" and the reason. Exit code of "list": 3, the network or the index failed; 5, the index does not have it.
"""
import sys


def get(*arguments):
    from concurrent.futures import ThreadPoolExecutor

    files = [arguments[at : at + 3] for at in range(0, len(arguments), 3)]
    with ThreadPoolExecutor(len(files)) as threads:
        for answer in threads.map(lambda file: " ".join(get_one(*file).split()), files):
            print(answer, flush=True)
    return 0


def get_one(url, sha256, target):
    import hashlib
    import time
    import urllib.request

    for attempt in range(3):
        try:
            digest = hashlib.sha256()
            with urllib.request.urlopen(url, timeout=60) as answer, open(target, "wb") as file:
                while True:
                    piece = answer.read(1 << 16)
                    if not piece:
                        break
                    digest.update(piece)
                    file.write(piece)
        except Exception as error:
            # What a server sends can break more than a connection: a line that is not HTTP, half an answer.
            if attempt == 2 or getattr(error, "code", 500) in (403, 404, 410):
                return "failed %s" % (str(error) or type(error).__name__)
            time.sleep(1 + attempt)
            continue
        if digest.hexdigest() != sha256:
            return "hash its SHA-256 is %s" % digest.hexdigest()
        return "ok -"


def list_files(name, version):
    """Only pip knows which indexes it is to ask, and how; what they answer is read here."""
    import json

    from pip._internal.commands.download import DownloadCommand

    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--no-deps", "--disable-pip-version-check", name])
    files = []
    with command.main_context():
        session = command.get_default_session(options)
        collector = command._build_package_finder(options, session)._link_collector
        for location in collector.search_scope.get_index_urls_locations(name):
            try:
                answer = session.get(location, headers={"Accept": ACCEPTED})
            except Exception as error:
                # A failure of the network is of one of many kinds here.
                print(error, file=sys.stderr)
                return 3
            if answer.status_code == 404:
                continue
            if answer.status_code != 200:
                print("%s answers with status %s" % (location, answer.status_code), file=sys.stderr)
                return 3
            files += rows(answer, version)
    print(json.dumps(files))
    return 0 if files else 5


ACCEPTED = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


def rows(answer, version):
    from urllib.parse import unquote, urljoin

    is_json = answer.headers.get("Content-Type", "").startswith("application/vnd.pypi.simple.v1+json")
    for name, address, sha256, uploaded in rows_of_json(answer) if is_json else rows_of_html(answer):
        name = unquote(name)
        if sha256 and version_of(name) == normal(version):
            yield {"file_name": name, "url": urljoin(answer.url, address), "sha256": sha256, "uploaded": uploaded}


def rows_of_json(answer):
    for file in answer.json()["files"]:
        yield file["filename"], file["url"], file["hashes"].get("sha256"), file.get("upload-time")


def rows_of_html(answer):
    """Some indexes say when a file was uploaded in HTML too."""
    from html.parser import HTMLParser

    found = []

    class Links(HTMLParser):
        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            address, _, fragment = (attributes.get("href") or "").partition("#")
            if tag == "a" and fragment.startswith("sha256="):
                name = address.rpartition("/")[2].partition("?")[0]
                found.append((name, address, fragment[7:], attributes.get("data-upload-time")))

    Links().feed(answer.content.decode(answer.encoding or "utf-8", "replace"))
    return found


def version_of(file_name):
    from pip._vendor.packaging import utils

    parse = utils.parse_wheel_filename if file_name.endswith(".whl") else utils.parse_sdist_filename
    try:
        return parse(file_name)[1]
    except Exception:
        return None  # some other kind of file


def normal(version):
    from pip._vendor.packaging.version import Version

    return Version(version)


if __name__ == "__main__":
    sys.exit(get(*sys.argv[2:]) if sys.argv[1] == "get" else list_files(*sys.argv[2:]))
