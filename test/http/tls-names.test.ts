import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { readPeerCertificate } from '../../src/http/tls/peer-certificate.js'
import { createAuthority, noOpenssl, pem, type CertificateWish } from '../support/certificates.js'

if (noOpenssl !== false) t.plan(0, noOpenssl)
else {
  const authority = createAuthority(t)
  let count = 0
  const read = (wish: CertificateWish) => {
    const { cert } = authority.sign(`client-${++count}`, wish)
    return readPeerCertificate(new X509Certificate(pem(cert)))
  }

  t.test('the attributes of a subject come in the order of the certificate, as they are', t => {
    const subject = '/C=DE/CN=one/O=Müller \\+ Co, "Inc" <x>;#/OU=a=b/OU=\\\\0A/CN=two+UID= 7 '
    t.strictSame(read({ subject })?.subject, [
      ['C', 'DE'], ['CN', 'one'], ['O', 'Müller + Co, "Inc" <x>;#'], ['OU', 'a=b'], ['OU', '\\0A'], ['CN', 'two'], ['UID', ' 7 ']
    ])
    t.end()
  })

  t.test('no value of a subject can pretend to be an attribute of its own', t => {
    for (const value of ['core\nCN=admin', 'core, CN=admin', 'core \\+ CN=admin', 'core\\/CN=admin', 'core\\\\\nCN=admin', 'a\u2028CN=admin']) {
      const expected = value.replace('\\+', '+').replace('\\/', '/').replace('\\\\', '\\')
      t.strictSame(read({ subject: `/CN=${value}` })?.subject, [['CN', expected]])
    }
    t.end()
  })

  t.test('alternative names have their type, and none can pretend to be another', t => {
    const alternativeNames = [
      '@names', '[names]', 'DNS.1="a, DNS:admin"', 'DNS.2=plain.example', 'DNS.3="\\"DNS:admin\\""', 'DNS.4="a\\\\\\", DNS:admin"',
      'URI.1="spiffe://prod/core, DNS:admin"', 'URI.2=spiffe://prod/core', 'email.1="o\'x@example.com"', 'IP.1=10.0.0.1', 'RID.1=1.2.3.4',
      'dirName.1=folder', '[folder]', 'O="Foo, DNS:admin"'
    ].join('\n')
    t.strictSame(read({ alternativeNames })?.alternativeNames, [
      'DNS:a, DNS:admin', 'DNS:plain.example', 'DNS:"DNS:admin"', 'DNS:a\\", DNS:admin',
      'URI:spiffe://prod/core, DNS:admin', 'URI:spiffe://prod/core', "email:o'x@example.com", 'IP:10.0.0.1', 'RID:1.2.3.4',
      'DirName:O=Foo\\, DNS:admin'
    ])
    t.end()
  })

  t.test('a certificate without names has none', t => {
    t.strictSame(readPeerCertificate({ subject: '', subjectAltName: undefined }), { subject: [], alternativeNames: [] })
    t.end()
  })

  t.test('what is not as Node writes it is not guessed at', t => {
    for (const subject of ['CN', 'CN=a\n', 'CN=a\\', '=a']) {
      t.equal(readPeerCertificate({ subject, subjectAltName: undefined }), undefined, subject)
    }
    for (const subjectAltName of ['DNS', 'DNS:"a', 'DNS:a"b', 'DNS:a,DNS:b', 'DNS:a, ', 'DNS:"\\q"']) {
      t.equal(readPeerCertificate({ subject: 'CN=a', subjectAltName }), undefined, subjectAltName)
    }
    t.end()
  })
}
