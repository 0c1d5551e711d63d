// Decides the cases of calls that end otherwise than well.

package main

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "interop/pb"
)

const special = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"

func expectStatus(err error, code codes.Code) {
	expect(status.Code(err) == code, "%v instead of %v", err, code)
}

func expectMessage(err error, message string) {
	expectStatus(err, codes.Unknown)
	expect(status.Convert(err).Message() == message, "message: %q", status.Convert(err).Message())
}

var endingCases = []interopCase{
	{"status_code_and_message", func(with setting) {
		asked := &pb.EchoStatus{Code: int32(codes.Unknown), Message: "test status message"}
		_, err := with.test.UnaryCall(context.Background(), &pb.SimpleRequest{ResponseStatus: asked})
		expectMessage(err, asked.Message)
		stream, err := with.test.FullDuplexCall(context.Background())
		expectOK(err)
		expectOK(stream.Send(&pb.StreamingOutputCallRequest{ResponseStatus: asked}))
		expectOK(stream.CloseSend())
		_, err = stream.Recv()
		expectMessage(err, asked.Message)
	}},
	{"special_status_message", func(with setting) {
		asked := &pb.EchoStatus{Code: int32(codes.Unknown), Message: special}
		_, err := with.test.UnaryCall(context.Background(), &pb.SimpleRequest{ResponseStatus: asked})
		expectMessage(err, special)
	}},
	{"unimplemented_method", func(with setting) {
		_, err := with.test.UnimplementedCall(context.Background(), &pb.Empty{})
		expectStatus(err, codes.Unimplemented)
	}},
	{"unimplemented_service", func(with setting) {
		_, err := with.nobody.UnimplementedCall(context.Background(), &pb.Empty{})
		expectStatus(err, codes.Unimplemented)
	}},
	{"cancel_after_begin", func(with setting) {
		context, cancel := context.WithCancel(context.Background())
		stream, err := with.test.StreamingInputCall(context)
		expectOK(err)
		cancel()
		_, err = stream.CloseAndRecv()
		expectStatus(err, codes.Canceled)
	}},
	{"cancel_after_first_response", func(with setting) {
		context, cancel := context.WithCancel(context.Background())
		stream, err := with.test.FullDuplexCall(context)
		expectOK(err)
		expectOK(stream.Send(duplex(27182, 31415)))
		response, err := stream.Recv()
		expectOK(err)
		expectZeros(response.Payload, 31415)
		cancel()
		_, err = stream.Recv()
		expectStatus(err, codes.Canceled)
	}},
	{"timeout_on_sleeping_server", func(with setting) {
		context, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		stream, err := with.test.FullDuplexCall(context)
		if err == nil {
			// Whether the request still goes out does not matter: the status is told by the stream.
			_ = stream.Send(&pb.StreamingOutputCallRequest{Payload: zeros(27182)})
			_, err = stream.Recv()
		}
		expectStatus(err, codes.DeadlineExceeded)
	}},
}
