// The peer of Ping: the same method served by gRPC C++ in its leanest form, one completion queue
// and one thread, with a pool of calls that wait.
// Usage: grpc_server HOST:PORT [KEY CERTIFICATE]

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "martlet/v1/system_service.grpc.pb.h"

namespace {

using martlet::v1::PingRequest;
using martlet::v1::PingResponse;
using martlet::v1::SystemService;

// Calls that wait for a request at once: as many as the load keeps under way.
constexpr int kWaitingCalls = 512;

class Call {
 public:
  Call(SystemService::AsyncService* service, grpc::ServerCompletionQueue* queue)
      : service_(service), queue_(queue) {
    Wait();
  }

  // Takes the next step; `ok` is false when the server stops.
  void Proceed(bool ok) {
    if (!ok || answering_) {
      delete this;
      return;
    }
    answering_ = true;
    new Call(service_, queue_);
    response_.set_payload(request_.payload());
    responder_.Finish(response_, grpc::Status::OK, this);
  }

 private:
  void Wait() {
    service_->RequestPing(&context_, &request_, &responder_, queue_, queue_, this);
  }

  SystemService::AsyncService* service_;
  grpc::ServerCompletionQueue* queue_;
  grpc::ServerContext context_;
  PingRequest request_;
  PingResponse response_;
  grpc::ServerAsyncResponseWriter<PingResponse> responder_{&context_};
  bool answering_ = false;
};

std::string Content(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// TLS with a key and a certificate, or clear text without.
std::shared_ptr<grpc::ServerCredentials> Credentials(char** files) {
  if (files == nullptr) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({Content(files[0]), Content(files[1])});
  return grpc::SslServerCredentials(options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::cerr << "usage: grpc_server HOST:PORT [KEY CERTIFICATE]\n";
    return 2;
  }
  SystemService::AsyncService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(argv[1], Credentials(argc == 4 ? argv + 2 : nullptr), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server || port == 0) {
    std::cerr << "grpc_server: cannot listen on " << argv[1] << "\n";
    return 1;
  }
  for (int i = 0; i < kWaitingCalls; ++i) new Call(&service, queue.get());
  std::cout << "listening on port " << port << std::endl;
  void* tag;
  bool ok;
  while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->Proceed(ok);
}
