// Decides what each method answers; what is not here is answered with UNIMPLEMENTED.

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "interop/pb"
)

type service struct {
	pb.UnimplementedTestServiceServer
}

const (
	initial  = "x-grpc-test-echo-initial"
	trailing = "x-grpc-test-echo-trailing-bin"
)

// echo gives what of the caller's metadata goes into the head and into the trailers.
func echo(context context.Context) (head, trailers metadata.MD) {
	received, _ := metadata.FromIncomingContext(context)
	head, trailers = metadata.MD{}, metadata.MD{}
	if values := received.Get(initial); len(values) > 0 {
		head[initial] = values
	}
	if values := received.Get(trailing); len(values) > 0 {
		trailers[trailing] = values
	}
	return
}

func echoed(asked *pb.EchoStatus) error {
	return status.Error(codes.Code(asked.GetCode()), asked.GetMessage())
}

func zeros(size int32) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func (*service) EmptyCall(context.Context, *pb.Empty) (*pb.Empty, error) {
	return &pb.Empty{}, nil
}

func (*service) UnaryCall(context context.Context, request *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	head, trailers := echo(context)
	_ = grpc.SetHeader(context, head)
	_ = grpc.SetTrailer(context, trailers)
	return &pb.SimpleResponse{Payload: zeros(request.ResponseSize)}, echoed(request.ResponseStatus)
}

func (*service) CacheableUnaryCall(context context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	_ = grpc.SetHeader(context, metadata.Pairs("cache-control", "max-age=60, public"))
	now := fmt.Sprint(time.Now().UnixNano())
	return &pb.SimpleResponse{Payload: &pb.Payload{Body: []byte(now)}}, nil
}

func (*service) StreamingInputCall(stream pb.TestService_StreamingInputCallServer) error {
	size := 0
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: int32(size)})
		}
		if err != nil {
			return err
		}
		size += len(request.GetPayload().GetBody())
	}
}

// sender is a stream of responses.
type sender interface {
	grpc.ServerStream
	Send(*pb.StreamingOutputCallResponse) error
}

func begin(stream sender) {
	head, trailers := echo(stream.Context())
	_ = stream.SetHeader(head)
	stream.SetTrailer(trailers)
}

// answer sends what one request asks for.
func answer(request *pb.StreamingOutputCallRequest, stream sender) error {
	if err := echoed(request.ResponseStatus); err != nil {
		return err
	}
	for _, wanted := range request.ResponseParameters {
		time.Sleep(time.Duration(wanted.IntervalUs) * time.Microsecond)
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: zeros(wanted.Size)}); err != nil {
			return err
		}
	}
	return nil
}

func (*service) StreamingOutputCall(
	request *pb.StreamingOutputCallRequest, stream pb.TestService_StreamingOutputCallServer,
) error {
	begin(stream)
	return answer(request, stream)
}

func (*service) FullDuplexCall(stream pb.TestService_FullDuplexCallServer) error {
	begin(stream)
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = answer(request, stream)
		}
		if err != nil {
			return err
		}
	}
}

func (*service) HalfDuplexCall(stream pb.TestService_HalfDuplexCallServer) error {
	begin(stream)
	var requests []*pb.StreamingOutputCallRequest
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		requests = append(requests, request)
	}
	for _, request := range requests {
		if err := answer(request, stream); err != nil {
			return err
		}
	}
	return nil
}
