#!/usr/bin/perl
# debhelper sequence: dh $@ --with pyrepro

use warnings;
use strict;
use Debian::Debhelper::Dh_Lib;

# What dh_strip_nondeterminism rewrites is made canonical after it.
insert_after("dh_strip_nondeterminism", "dh_pyrepro");

1;
