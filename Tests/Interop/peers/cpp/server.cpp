// Serves grpc.testing.TestService with gRPC C++.
// Usage: server --port=N [--tls_cert=FILE --tls_key=FILE]

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "flags.h"
#include "grpc/testing/test.grpc.pb.h"
#include "message_flags.h"

namespace {

using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;
using namespace grpc::testing;
using Duplex = grpc::ServerReaderWriter<StreamingOutputCallResponse, StreamingOutputCallRequest>;

void EchoMetadata(ServerContext* context) {
  const auto& received = context->client_metadata();
  const auto text = [](grpc::string_ref value) { return std::string(value.data(), value.size()); };
  auto found = received.find("x-grpc-test-echo-initial");
  if (found != received.end()) {
    context->AddInitialMetadata("x-grpc-test-echo-initial", text(found->second));
  }
  found = received.find("x-grpc-test-echo-trailing-bin");
  if (found != received.end()) {
    context->AddTrailingMetadata("x-grpc-test-echo-trailing-bin", text(found->second));
  }
}

template <typename Request>
Status EchoStatus(const Request& request) {
  const auto& status = request.response_status();
  return Status(static_cast<StatusCode>(status.code()), status.message());
}

// Whether the request came as it says that it does.
template <typename Request>
Status CheckCompression(const ServerContext& context, const Request& request) {
  const bool came = InteropServerContextInspector::LastWasCompressed(context);
  if (request.has_expect_compressed() && request.expect_compressed().value() != came) {
    return Status(StatusCode::INVALID_ARGUMENT, came ? "came compressed" : "came uncompressed");
  }
  return Status::OK;
}

// Sends what one request asks for.
template <typename Writer>
Status Answer(const StreamingOutputCallRequest& request, Writer* writer) {
  const Status status = EchoStatus(request);
  if (!status.ok()) return status;
  for (const auto& wanted : request.response_parameters()) {
    std::this_thread::sleep_for(std::chrono::microseconds(wanted.interval_us()));
    grpc::WriteOptions options;
    if (!wanted.compressed().value()) options.set_no_compression();
    StreamingOutputCallResponse response;
    response.mutable_payload()->set_body(std::string(wanted.size(), '\0'));
    writer->Write(response, options);
  }
  return Status::OK;
}

void BeginStream(ServerContext* context) {
  context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
  EchoMetadata(context);
}

// What is not here is answered with UNIMPLEMENTED.
class Service final : public TestService::Service {
  Status EmptyCall(ServerContext* context, const Empty*, Empty*) override {
    EchoMetadata(context);
    return Status::OK;
  }

  Status UnaryCall(ServerContext* context, const SimpleRequest* request,
                   SimpleResponse* response) override {
    EchoMetadata(context);
    const Status status = CheckCompression(*context, *request);
    if (!status.ok()) return status;
    if (request->response_compressed().value()) {
      context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    }
    response->mutable_payload()->set_body(std::string(request->response_size(), '\0'));
    return EchoStatus(*request);
  }

  Status CacheableUnaryCall(ServerContext* context, const SimpleRequest*,
                            SimpleResponse* response) override {
    context->AddInitialMetadata("cache-control", "max-age=60, public");
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    response->mutable_payload()->set_body(std::to_string(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()));
    return Status::OK;
  }

  Status StreamingInputCall(ServerContext* context,
                            grpc::ServerReader<StreamingInputCallRequest>* requests,
                            StreamingInputCallResponse* response) override {
    EchoMetadata(context);
    StreamingInputCallRequest request;
    int size = 0;
    while (requests->Read(&request)) {
      const Status status = CheckCompression(*context, request);
      if (!status.ok()) return status;
      size += request.payload().body().size();
    }
    response->set_aggregated_payload_size(size);
    return Status::OK;
  }

  Status StreamingOutputCall(ServerContext* context, const StreamingOutputCallRequest* request,
                             grpc::ServerWriter<StreamingOutputCallResponse>* writer) override {
    BeginStream(context);
    return Answer(*request, writer);
  }

  Status FullDuplexCall(ServerContext* context, Duplex* stream) override {
    BeginStream(context);
    StreamingOutputCallRequest request;
    while (stream->Read(&request)) {
      const Status status = Answer(request, stream);
      if (!status.ok()) return status;
    }
    return Status::OK;
  }

  Status HalfDuplexCall(ServerContext* context, Duplex* stream) override {
    BeginStream(context);
    std::vector<StreamingOutputCallRequest> requests(1);
    while (stream->Read(&requests.back())) requests.emplace_back();
    requests.pop_back();
    for (const auto& request : requests) {
      const Status status = Answer(request, stream);
      if (!status.ok()) return status;
    }
    return Status::OK;
  }
};

}  // namespace

int main(int count, char** arguments) {
  const interop::Flags flags(count, arguments);
  // Before there are threads: all of them leave the signal to this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (!flags.Get("tls_cert").empty()) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({flags.Contents("tls_key"), flags.Contents("tls_cert")});
    credentials = grpc::SslServerCredentials(options);
  }
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.AddListeningPort("127.0.0.1:" + flags.Get("port", "0"), credentials, &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
}
