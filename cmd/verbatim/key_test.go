package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keyOf makes a key with the command and returns its secret.
func keyOf(t *testing.T, binary, data string, flags ...string) string {
	t.Helper()
	out, err := exec.Command(binary, append([]string{"key", "create", "test", "--data", data}, flags...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func statusWith(t *testing.T, client *http.Client, method, url, secret, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// With a key the server listens on any address, and every key sees its own workspace.
func TestServeWithKeys(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	boss := keyOf(t, binary, data, "--scope", "admin")
	if out, err := exec.Command(binary, "workspace", "create", "acme", "--data", data).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	acme := keyOf(t, binary, data, "--scope", "ingest,read", "--workspace", "acme")
	s := start(t, binary, data, "--addr", "0.0.0.0:0", "--rate", "0")
	client := http.DefaultClient
	for _, c := range []struct {
		method, path, secret, body string
		want                       int
	}{
		{"GET", "/v1/nps", "", "", 401},
		{"GET", "/v1/nps", boss + "x", "", 401},
		{"POST", "/v1/responses", acme, `{"id":"r","score":3,"comment":"late"}`, 200},
		{"GET", "/v1/responses/r", acme, "", 200},
		{"GET", "/v1/responses/r", boss, "", 404},
		{"DELETE", "/v1/responses/r", acme, "", 403},
		{"GET", "/v1/keys", acme, "", 403},
		{"GET", "/v1/keys", boss, "", 200},
		{"GET", "/healthz", "", "", 200},
		{"GET", "/openapi.json", "", "", 200},
	} {
		if got := statusWith(t, client, c.method, s.url+c.path, c.secret, c.body); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
	s.stop(t)
	if log := s.stderr.String(); !strings.Contains(log, "unencrypted") || strings.Contains(log, boss[14:]) {
		t.Error(log)
	}
}

// certificate writes a certificate for 127.0.0.1 that signs itself.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, pool
}

func TestServeOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, pool := certificate(t, dir)
	cmd := exec.Command(binary(t), "serve", "--data", filepath.Join(dir, "data"), "--addr", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	said := make([]byte, 200)
	n, err := out.Read(said)
	_, rest, ok := strings.Cut(string(said[:n]), "https://")
	if err != nil || !ok {
		t.Fatalf("%q, %v, %s", said[:n], err, stderr.String())
	}
	host, _, _ := strings.Cut(rest, " ")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("https://" + host + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("%s %s", answer.Status, answer.Proto)
	}
}
