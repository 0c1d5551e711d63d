// Decides how the C++ peers are told what to do: flags of the public interop programs, as --name=value.

#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace interop {

// The flags of a command line.
class Flags {
 public:
  Flags(int count, char** arguments) {
    for (int at = 1; at < count; ++at) {
      const std::string text = arguments[at];
      const size_t mark = text.find('=');
      if (text.rfind("--", 0) == 0 && mark != std::string::npos) {
        values_[text.substr(2, mark - 2)] = text.substr(mark + 1);
      }
    }
  }

  std::string Get(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }

  // The contents of the file that a flag names; empty without the flag.
  std::string Contents(const std::string& name) const {
    std::ifstream file(Get(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace interop
