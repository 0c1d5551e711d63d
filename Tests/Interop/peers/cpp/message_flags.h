// Decides how it is seen that a message came compressed: gRPC shows this to the classes of its own interop programs
// only, so these are of the same names.

#pragma once

#include <grpcpp/grpcpp.h>

// Exported by libgrpc, declared in none of its public headers.
uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

namespace grpc {
namespace testing {

// The last message came compressed (GRPC_WRITE_INTERNAL_TEST_ONLY_WAS_COMPRESSED).
constexpr uint32_t kWasCompressed = 0x40000000u;

class InteropServerContextInspector {
 public:
  static bool LastWasCompressed(const ServerContext& context) {
    return grpc_call_test_only_get_message_flags(context.call_.call) & kWasCompressed;
  }
};

class InteropClientContextInspector {
 public:
  static bool LastWasCompressed(const ClientContext& context) {
    return grpc_call_test_only_get_message_flags(context.call_) & kWasCompressed;
  }
};

}  // namespace testing
}  // namespace grpc
