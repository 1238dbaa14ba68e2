// SPDX-License-Identifier: Apache-2.0
// A plugin for QEMU in user mode (docs/devel/tcg-plugins.rst of QEMU): counts the instructions that the program
// executes and writes the number to standard error. Debian has no header for plugins, so the four functions are declared
// here. tools/bench/instructions.sh builds and loads it. PLUGIN_API: QEMU 7.2 (Debian 12) takes 0 or 1.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t PluginId;
typedef struct PluginBlock PluginBlock;

extern void qemu_plugin_register_vcpu_tb_trans_cb(PluginId id, void (*translated)(PluginId, PluginBlock*));
extern void qemu_plugin_register_vcpu_tb_exec_cb(PluginBlock* block, void (*executed)(unsigned, void*), int registers,
                                                 void* data);
extern size_t qemu_plugin_tb_n_insns(const PluginBlock* block);
extern void qemu_plugin_register_atexit_cb(PluginId id, void (*ended)(PluginId, void*), void* data);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_API;

static uint64_t instructions;  // of one thread: the programs that are counted have no other

static void executed(unsigned cpu, void* data) {
  (void)cpu;
  instructions += (uintptr_t)data;
}

static void translated(PluginId id, PluginBlock* block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_cb(block, executed, 0, (void*)(uintptr_t)qemu_plugin_tb_n_insns(block));
}

static void ended(PluginId id, void* data) {
  (void)id;
  (void)data;
  fprintf(stderr, "instructions: %llu\n", (unsigned long long)instructions);
}

__attribute__((visibility("default"))) int qemu_plugin_install(PluginId id, const void* info, int count, char** words) {
  (void)info;
  (void)count;
  (void)words;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
