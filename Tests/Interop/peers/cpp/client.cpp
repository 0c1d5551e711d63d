// Runs the public interop cases with gRPC C++, and leaves with 0 when all of them pass.
// Usage: client --server_port=N [--server_host=H] [--server_host_override=H] [--use_tls=true --tls_ca=FILE]
//   [--test_case=NAME,…|all]

#include <iostream>
#include <sstream>

#include "cases.h"
#include "flags.h"

namespace {

std::shared_ptr<grpc::Channel> Connect(const interop::Flags& flags) {
  const std::string target =
      flags.Get("server_host", "localhost") + ":" + flags.Get("server_port");
  const std::string other = flags.Get("server_host_override");
  grpc::ChannelArguments arguments;
  auto credentials = grpc::InsecureChannelCredentials();
  if (flags.Get("use_tls") == "true") {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = flags.Contents("tls_ca");
    credentials = grpc::SslCredentials(options);
    if (!other.empty()) arguments.SetSslTargetNameOverride(other);
  } else if (!other.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, other);
  }
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

}  // namespace

int main(int count, char** arguments) {
  const interop::Flags flags(count, arguments);
  const interop::Setting setting(Connect(flags));
  const std::string chosen = "," + flags.Get("test_case", "large_unary") + ",";
  int failed = 0;
  for (const auto& each : interop::Cases()) {
    if (chosen != ",all," && chosen.find("," + each.name + ",") == std::string::npos) continue;
    try {
      each.run(setting);
      std::cout << each.name << ": passed" << std::endl;
    } catch (const std::exception& error) {
      ++failed;
      std::cout << each.name << ": FAILED: " << error.what() << std::endl;
    }
  }
  return failed == 0 ? 0 : 1;
}
