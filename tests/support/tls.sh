#!/bin/sh
# tls.sh DIR [KIND]: make a certificate authority (ca.pem) and a server certificate of it for localhost and 127.0.0.1 (server.pem, server.key);
# KIND "expired": one whose time is over; "other-host": one for another host.
set -eu
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=test authority' \
	-addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj '/CN=localhost' 2>/dev/null
names=DNS:localhost,IP:127.0.0.1 days=30
[ "${2:-}" != other-host ] || names=DNS:other.example
[ "${2:-}" != expired ] || days=-1
printf "subjectAltName=$names\\nextendedKeyUsage=serverAuth\\n" >server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days "$days" -extfile server.ext 2>/dev/null
rm -f server.csr server.ext ca.key ca.srl
