// Decides what a case is run with, and how it says what it expects.

#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "grpc/testing/test.grpc.pb.h"
#include "message_flags.h"

namespace interop {

constexpr int kLargeRequest = 271828;
constexpr int kLargeResponse = 314159;

struct Setting {
  explicit Setting(const std::shared_ptr<grpc::Channel>& channel)
      : test(grpc::testing::TestService::NewStub(channel)),
        nobody(grpc::testing::UnimplementedService::NewStub(channel)) {}

  std::unique_ptr<grpc::testing::TestService::Stub> test;
  std::unique_ptr<grpc::testing::UnimplementedService::Stub> nobody;
};

struct Case {
  std::string name;
  std::function<void(const Setting&)> run;
};

// Every case.
std::vector<Case> Cases();
std::vector<Case> PlainCases();
std::vector<Case> CompressedCases();
std::vector<Case> EndingCases();

inline void Expect(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

inline void ExpectStatus(const grpc::Status& status, grpc::StatusCode code) {
  Expect(status.error_code() == code, "status " + std::to_string(status.error_code()) + " (" +
                                          status.error_message() + ") instead of " +
                                          std::to_string(code));
}

template <typename Response>
void ExpectZeros(const Response& response, int size) {
  Expect(response.payload().body() == std::string(size, '\0'),
         "a payload that is not " + std::to_string(size) + " zeros");
}

inline grpc::testing::SimpleRequest LargeRequest() {
  grpc::testing::SimpleRequest request;
  request.set_response_size(kLargeResponse);
  request.mutable_payload()->set_body(std::string(kLargeRequest, '\0'));
  return request;
}

inline grpc::testing::StreamingInputCallRequest InputRequest(int size) {
  grpc::testing::StreamingInputCallRequest request;
  request.mutable_payload()->set_body(std::string(size, '\0'));
  return request;
}

inline grpc::testing::StreamingOutputCallRequest OutputRequest(int size, int response_size) {
  grpc::testing::StreamingOutputCallRequest request;
  request.mutable_payload()->set_body(std::string(size, '\0'));
  request.add_response_parameters()->set_size(response_size);
  return request;
}

}  // namespace interop
