// Decides the cases of compression: what came compressed is read from the flag of the message.

#include "cases.h"

namespace interop {
namespace {

using namespace grpc::testing;

void Compress(grpc::ClientContext* context) {
  context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
}

void ClientCompressedUnary(const Setting& setting) {
  constexpr struct {
    bool says, is;
    grpc::StatusCode code;
  } kCalls[] = {{true, false, grpc::INVALID_ARGUMENT}, {true, true, grpc::OK}, {false, false, grpc::OK}};
  for (const auto& each : kCalls) {
    grpc::ClientContext context;
    if (each.is) Compress(&context);
    SimpleRequest request = LargeRequest();
    request.mutable_expect_compressed()->set_value(each.says);
    SimpleResponse response;
    ExpectStatus(setting.test->UnaryCall(&context, request, &response), each.code);
    if (each.code == grpc::OK) ExpectZeros(response, kLargeResponse);
  }
}

void ServerCompressedUnary(const Setting& setting) {
  for (const bool is_compressed : {true, false}) {
    grpc::ClientContext context;
    SimpleRequest request = LargeRequest();
    request.mutable_response_compressed()->set_value(is_compressed);
    SimpleResponse response;
    ExpectStatus(setting.test->UnaryCall(&context, request, &response), grpc::OK);
    Expect(InteropClientContextInspector::LastWasCompressed(context) == is_compressed, "the flag");
    ExpectZeros(response, kLargeResponse);
  }
}

void ClientCompressedStreaming(const Setting& setting) {
  StreamingInputCallRequest first = InputRequest(27182), second = InputRequest(45904);
  first.mutable_expect_compressed()->set_value(true);
  second.mutable_expect_compressed()->set_value(false);
  {
    grpc::ClientContext context;
    StreamingInputCallResponse response;
    const auto probe = setting.test->StreamingInputCall(&context, &response);
    probe->Write(first);
    probe->WritesDone();
    ExpectStatus(probe->Finish(), grpc::INVALID_ARGUMENT);
  }
  grpc::ClientContext context;
  Compress(&context);
  StreamingInputCallResponse response;
  const auto call = setting.test->StreamingInputCall(&context, &response);
  Expect(call->Write(first), "no write");
  Expect(call->Write(second, grpc::WriteOptions().set_no_compression()), "no write");
  call->WritesDone();
  ExpectStatus(call->Finish(), grpc::OK);
  Expect(response.aggregated_payload_size() == 73086, "not 73086 bytes");
}

void ServerCompressedStreaming(const Setting& setting) {
  constexpr struct {
    int size;
    bool is_compressed;
  } kWanted[] = {{31415, true}, {92653, false}};
  StreamingOutputCallRequest request;
  for (const auto& each : kWanted) {
    auto* parameters = request.add_response_parameters();
    parameters->set_size(each.size);
    parameters->mutable_compressed()->set_value(each.is_compressed);
  }
  grpc::ClientContext context;
  const auto call = setting.test->StreamingOutputCall(&context, request);
  StreamingOutputCallResponse response;
  for (const auto& each : kWanted) {
    Expect(call->Read(&response), "a response is missing");
    Expect(InteropClientContextInspector::LastWasCompressed(context) == each.is_compressed,
           "the flag");
    ExpectZeros(response, each.size);
  }
  Expect(!call->Read(&response), "more responses than two");
  ExpectStatus(call->Finish(), grpc::OK);
}

}  // namespace

std::vector<Case> CompressedCases() {
  return {{"client_compressed_unary", ClientCompressedUnary},
          {"server_compressed_unary", ServerCompressedUnary},
          {"client_compressed_streaming", ClientCompressedStreaming},
          {"server_compressed_streaming", ServerCompressedStreaming}};
}

}  // namespace interop
