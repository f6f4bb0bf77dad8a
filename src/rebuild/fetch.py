"""Asks an index for a project with pip's own finder, or downloads one file and checks its hash.

    fetch.py get URL SHA256 TARGET
    fetch.py list NAME VERSION       (with pip; prints JSON)

Exit code 3: the network or the index failed. 4: what came has another hash. 5: the index does not have it.
"""
import sys


def get(url, sha256, target):
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
        except OSError as error:
            if attempt == 2 or getattr(error, "code", 500) in (403, 404, 410):
                print(error, file=sys.stderr)
                return 3
            time.sleep(1 + attempt)
            continue
        if digest.hexdigest() != sha256:
            print("its SHA-256 is %s" % digest.hexdigest(), file=sys.stderr)
            return 4
        return 0


def list_files(name, version):
    """Only pip knows which indexes it is to ask, and how; what they answer is read here."""
    import json

    from pip._internal.commands.download import DownloadCommand
    from pip._internal.models.link import Link

    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--no-deps", "--disable-pip-version-check", name])
    files = []
    with command.main_context():
        session = command.get_default_session(options)
        collector = command._build_package_finder(options, session)._link_collector
        for location in collector.search_scope.get_index_urls_locations(name):
            page = collector.fetch_response(Link(location))
            files += rows(page, version) if page else []
    print(json.dumps(files))
    return 0 if files else 5


def rows(page, version):
    import json
    from urllib.parse import urljoin

    if page.content_type.startswith("application/vnd.pypi.simple.v1+json"):
        found = [
            (file["filename"], urljoin(page.url, file["url"]), file["hashes"], file.get("upload-time"))
            for file in json.loads(page.content)["files"]
        ]
    else:
        times = times_of(page)
        from pip._internal.index.collector import parse_links

        links = list(parse_links(page))
        found = [(link.filename, link.url, {link.hash_name: link.hash}, times.get(link.filename)) for link in links]
    for name, url, hashes, uploaded in found:
        if "sha256" in hashes and version_of(name) == normal(version):
            yield {"file_name": name, "url": url, "sha256": hashes["sha256"], "uploaded": uploaded}


def times_of(page):
    """When files were uploaded, as some indexes say it in HTML."""
    from html.parser import HTMLParser

    times = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag, attributes):
            attributes = dict(attributes)
            name = (attributes.get("href") or "").partition("#")[0].rpartition("/")[2]
            if tag == "a" and attributes.get("data-upload-time"):
                times[name] = attributes["data-upload-time"]

    Links().feed(page.content.decode(page.encoding or "utf-8", "replace"))
    return times


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
