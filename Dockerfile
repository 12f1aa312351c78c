# The program alone: static, without a shell, not as root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /verbatim ./cmd/verbatim && mkdir -m 700 /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /verbatim /verbatim
COPY --from=build --chown=65532:65532 /data /data
ENV VERBATIM_DATA=/data
VOLUME /data
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s CMD ["/verbatim", "health"]
ENTRYPOINT ["/verbatim"]
CMD ["serve"]
