#!/bin/sh
echo apple
