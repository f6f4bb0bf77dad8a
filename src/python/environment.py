# Tells what environment markers ask for (PEP 508), one variable a line. Runs on Python 3.7 to 3.15.
import sys

sys.path = [folder for folder in sys.path if folder]

import os, platform


def version(info):
    kind = "" if info.releaselevel == "final" else info.releaselevel[0] + str(info.serial)
    return "%d.%d.%d%s" % (info.major, info.minor, info.micro, kind.replace("c", "rc"))


for name, value in [
    ("implementation_name", sys.implementation.name),
    ("implementation_version", version(sys.implementation.version)),
    ("os_name", os.name),
    ("platform_machine", platform.machine()),
    ("platform_python_implementation", platform.python_implementation()),
    ("platform_release", platform.release()),
    ("platform_system", platform.system()),
    ("platform_version", platform.version()),
    ("python_full_version", version(sys.version_info)),
    ("python_version", "%d.%d" % sys.version_info[:2]),
    ("sys_platform", sys.platform),
]:
    sys.stdout.write("%s=%s\n" % (name, value.replace("\n", " ")))
