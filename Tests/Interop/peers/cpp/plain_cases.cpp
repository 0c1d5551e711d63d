// Decides the cases of calls that go well.

#include <chrono>

#include "cases.h"

namespace interop {
namespace {

using namespace grpc::testing;

constexpr struct {
  int request, response;
} kExchanges[] = {{27182, 31415}, {8, 9}, {1828, 2653}, {45904, 58979}};
constexpr char kInitial[] = "x-grpc-test-echo-initial";
constexpr char kTrailing[] = "x-grpc-test-echo-trailing-bin";

void EmptyUnary(const Setting& setting) {
  grpc::ClientContext context;
  Empty response;
  ExpectStatus(setting.test->EmptyCall(&context, Empty(), &response), grpc::OK);
}

// Without a proxy in between, two answers differ: only that there are two is looked at.
void CacheableUnary(const Setting& setting) {
  SimpleRequest request;
  request.mutable_payload()->set_body(
      std::to_string(std::chrono::system_clock::now().time_since_epoch().count()));
  for (int round = 0; round < 2; ++round) {
    grpc::ClientContext context;
    context.AddMetadata("x-user-ip", "1.2.3.4");
    SimpleResponse response;
    ExpectStatus(setting.test->CacheableUnaryCall(&context, request, &response), grpc::OK);
    Expect(!response.payload().body().empty(), "no payload");
    Expect(context.GetServerInitialMetadata().count("cache-control") == 1, "no cache-control");
  }
}

void LargeUnary(const Setting& setting) {
  grpc::ClientContext context;
  SimpleResponse response;
  ExpectStatus(setting.test->UnaryCall(&context, LargeRequest(), &response), grpc::OK);
  ExpectZeros(response, kLargeResponse);
}

void ClientStreaming(const Setting& setting) {
  grpc::ClientContext context;
  StreamingInputCallResponse response;
  const auto call = setting.test->StreamingInputCall(&context, &response);
  for (const auto& each : kExchanges) Expect(call->Write(InputRequest(each.request)), "no write");
  call->WritesDone();
  ExpectStatus(call->Finish(), grpc::OK);
  Expect(response.aggregated_payload_size() == 74922, "not 74922 bytes");
}

void ServerStreaming(const Setting& setting) {
  grpc::ClientContext context;
  StreamingOutputCallRequest request;
  for (const auto& each : kExchanges) request.add_response_parameters()->set_size(each.response);
  const auto call = setting.test->StreamingOutputCall(&context, request);
  StreamingOutputCallResponse response;
  for (const auto& each : kExchanges) {
    Expect(call->Read(&response), "a response is missing");
    ExpectZeros(response, each.response);
  }
  Expect(!call->Read(&response), "more responses than four");
  ExpectStatus(call->Finish(), grpc::OK);
}

// Of the two duplex methods: whether each answer comes before the next request.
void Duplex(const Setting& setting, bool answers_at_once) {
  grpc::ClientContext context;
  const auto call = answers_at_once ? setting.test->FullDuplexCall(&context)
                                    : setting.test->HalfDuplexCall(&context);
  StreamingOutputCallResponse response;
  for (const auto& each : kExchanges) {
    Expect(call->Write(OutputRequest(each.request, each.response)), "no write");
    if (!answers_at_once) continue;
    Expect(call->Read(&response), "a response is missing");
    ExpectZeros(response, each.response);
  }
  call->WritesDone();
  for (const auto& each : kExchanges) {
    if (answers_at_once) break;
    Expect(call->Read(&response), "a response is missing");
    ExpectZeros(response, each.response);
  }
  Expect(!call->Read(&response), "more responses than four");
  ExpectStatus(call->Finish(), grpc::OK);
}

void EmptyStream(const Setting& setting) {
  grpc::ClientContext context;
  const auto call = setting.test->FullDuplexCall(&context);
  call->WritesDone();
  StreamingOutputCallResponse response;
  Expect(!call->Read(&response), "a response to nothing");
  ExpectStatus(call->Finish(), grpc::OK);
}

void ExpectMetadata(const grpc::ClientContext& context) {
  const auto initial = context.GetServerInitialMetadata().find(kInitial);
  Expect(initial != context.GetServerInitialMetadata().end() &&
             initial->second == "test_initial_metadata_value", "initial metadata");
  const auto trailing = context.GetServerTrailingMetadata().find(kTrailing);
  Expect(trailing != context.GetServerTrailingMetadata().end() &&
             trailing->second == "\xab\xab\xab", "trailing metadata");
}

void CustomMetadata(const Setting& setting) {
  grpc::ClientContext unary, duplex;
  for (auto* context : {&unary, &duplex}) {
    context->AddMetadata(kInitial, "test_initial_metadata_value");
    context->AddMetadata(kTrailing, "\xab\xab\xab");
  }
  SimpleResponse response;
  ExpectStatus(setting.test->UnaryCall(&unary, LargeRequest(), &response), grpc::OK);
  ExpectZeros(response, kLargeResponse);
  const auto call = setting.test->FullDuplexCall(&duplex);
  Expect(call->Write(OutputRequest(kLargeRequest, kLargeResponse)), "no write");
  call->WritesDone();
  StreamingOutputCallResponse answer;
  Expect(call->Read(&answer), "a response is missing");
  ExpectZeros(answer, kLargeResponse);
  Expect(!call->Read(&answer), "more responses than one");
  ExpectStatus(call->Finish(), grpc::OK);
  ExpectMetadata(unary);
  ExpectMetadata(duplex);
}

void Soak(const Setting& setting) {
  for (int call = 0; call < 10; ++call) LargeUnary(setting);
}

}  // namespace

std::vector<Case> PlainCases() {
  return {{"empty_unary", EmptyUnary},
          {"cacheable_unary", CacheableUnary},
          {"large_unary", LargeUnary},
          {"client_streaming", ClientStreaming},
          {"server_streaming", ServerStreaming},
          {"ping_pong", [](const Setting& setting) { Duplex(setting, true); }},
          {"half_duplex", [](const Setting& setting) { Duplex(setting, false); }},
          {"empty_stream", EmptyStream},
          {"custom_metadata", CustomMetadata},
          {"rpc_soak", Soak}};
}

}  // namespace interop
