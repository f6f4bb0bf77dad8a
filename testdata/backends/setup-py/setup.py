from setuptools import find_packages, setup

setup(
    name="apple-setup-py",
    version="1.2",
    description="Apples by setup.py",
    packages=find_packages("src"),
    package_dir={"": "src"},
    package_data={"apple": ["data/*"]},
    extras_require={"z": ["b"], "a": {"c", "a", "d"}},
    scripts=["run-apple"],
    entry_points={"console_scripts": {"apple = apple.cli:main", "pear = apple.cli:main"}},
)
