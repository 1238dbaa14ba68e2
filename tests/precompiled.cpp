// SPDX-License-Identifier: Apache-2.0
// A program that does nothing, whose precompiled headers every test program uses (tests/CMakeLists.txt).
int main() { return 0; }
