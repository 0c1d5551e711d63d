// Decides the cases of calls that end otherwise than well.

#include <chrono>

#include "cases.h"

namespace interop {
namespace {

using namespace grpc::testing;

void StatusCodeAndMessage(const Setting& setting) {
  constexpr char kMessage[] = "test status message";
  grpc::ClientContext unary, duplex;
  SimpleRequest request;
  request.mutable_response_status()->set_code(grpc::UNKNOWN);
  request.mutable_response_status()->set_message(kMessage);
  SimpleResponse response;
  const auto first = setting.test->UnaryCall(&unary, request, &response);
  ExpectStatus(first, grpc::UNKNOWN);
  StreamingOutputCallRequest streamed;
  *streamed.mutable_response_status() = request.response_status();
  const auto call = setting.test->FullDuplexCall(&duplex);
  call->Write(streamed);
  call->WritesDone();
  StreamingOutputCallResponse answer;
  Expect(!call->Read(&answer), "a response where only a status was asked for");
  const auto second = call->Finish();
  ExpectStatus(second, grpc::UNKNOWN);
  for (const auto& status : {first, second}) {
    Expect(status.error_message() == kMessage, "message: " + status.error_message());
  }
}

void SpecialStatusMessage(const Setting& setting) {
  const std::string message =
      "\t\ntest with whitespace\r\nand Unicode BMP \u263A and non-BMP \U0001F608\t\n";
  grpc::ClientContext context;
  SimpleRequest request;
  request.mutable_response_status()->set_code(grpc::UNKNOWN);
  request.mutable_response_status()->set_message(message);
  SimpleResponse response;
  const auto status = setting.test->UnaryCall(&context, request, &response);
  ExpectStatus(status, grpc::UNKNOWN);
  Expect(status.error_message() == message, "message: " + status.error_message());
}

template <typename Stub>
void Unimplemented(const Stub& stub) {
  grpc::ClientContext context;
  Empty response;
  ExpectStatus(stub->UnimplementedCall(&context, Empty(), &response), grpc::UNIMPLEMENTED);
}

void CancelAfterBegin(const Setting& setting) {
  grpc::ClientContext context;
  StreamingInputCallResponse response;
  const auto call = setting.test->StreamingInputCall(&context, &response);
  context.TryCancel();
  ExpectStatus(call->Finish(), grpc::CANCELLED);
}

void CancelAfterFirstResponse(const Setting& setting) {
  grpc::ClientContext context;
  const auto call = setting.test->FullDuplexCall(&context);
  Expect(call->Write(OutputRequest(27182, 31415)), "no write");
  StreamingOutputCallResponse response;
  Expect(call->Read(&response), "no response");
  ExpectZeros(response, 31415);
  context.TryCancel();
  ExpectStatus(call->Finish(), grpc::CANCELLED);
}

void TimeoutOnSleepingServer(const Setting& setting) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
  const auto call = setting.test->FullDuplexCall(&context);
  StreamingOutputCallRequest request;
  request.mutable_payload()->set_body(std::string(27182, '\0'));
  call->Write(request);
  StreamingOutputCallResponse response;
  while (call->Read(&response)) continue;
  ExpectStatus(call->Finish(), grpc::DEADLINE_EXCEEDED);
}

}  // namespace

std::vector<Case> EndingCases() {
  return {{"status_code_and_message", StatusCodeAndMessage},
          {"special_status_message", SpecialStatusMessage},
          {"unimplemented_method", [](const Setting& setting) { Unimplemented(setting.test); }},
          {"unimplemented_service", [](const Setting& setting) { Unimplemented(setting.nobody); }},
          {"cancel_after_begin", CancelAfterBegin},
          {"cancel_after_first_response", CancelAfterFirstResponse},
          {"timeout_on_sleeping_server", TimeoutOnSleepingServer}};
}

std::vector<Case> Cases() {
  std::vector<Case> all;
  for (const auto& some : {PlainCases(), CompressedCases(), EndingCases()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace interop
