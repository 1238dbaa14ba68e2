// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <stdlib.h>

namespace airspool::radio {

// A machine's /sys, /proc and /dev in a folder of their own, as far as dongles are concerned.
class MachineTree {
 public:
  MachineTree() {
    std::string name = (std::filesystem::temp_directory_path() / "airspool-usb-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~MachineTree() { std::filesystem::remove_all(root_); }
  MachineTree(const MachineTree&) = delete;
  MachineTree& operator=(const MachineTree&) = delete;

  [[nodiscard]] std::string root() const { return root_.string(); }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return root_ / name; }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name)) << text << '\n';
  }
  void plug(const std::string& port, const std::string& product, const std::string& serial, int number,
            const std::string& speed = "480") const {
    const std::string folder = "sys/bus/usb/devices/" + port + "/";
    write(folder + "idVendor", "0bda");
    write(folder + "idProduct", product);
    write(folder + "serial", serial);
    write(folder + "manufacturer", "Realtek");
    write(folder + "product", "RTL2838UHIDIR");
    write(folder + "speed", speed);
    write(folder + "busnum", "1");
    write(folder + "devnum", std::to_string(number));
    write("dev/bus/usb/001/00" + std::to_string(number), "");
  }
  void bind(const std::string& port, const std::string& driver) const {
    const auto interface = path("sys/bus/usb/devices/" + port + "/" + port + ":1.0");
    std::filesystem::create_directories(interface);
    std::filesystem::create_symlink("../../../../../../bus/usb/drivers/" + driver, interface / "driver");
  }
  // A program that has this device node open.
  void run(int pid, const std::string& name, const std::string& node) const {
    const std::string process = "proc/" + std::to_string(pid);
    write(process + "/comm", name);
    std::filesystem::create_directories(path(process + "/fd"));
    std::filesystem::create_symlink(node, path(process + "/fd/7"));
  }
  void load_dvb_module() const { std::filesystem::create_directories(path("sys/module/dvb_usb_rtl28xxu")); }

 private:
  std::filesystem::path root_;
};

}  // namespace airspool::radio
