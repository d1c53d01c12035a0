//! The signature itself, by `ring`: which kind of key goes with which algorithm, in one table.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use super::Refusal;
use crate::config::Algorithm;

/// A public key. There is no shared secret among these, so nothing published can be used as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// RSA: modulus and exponent, big-endian without leading zeros.
    Rsa {
        /// The modulus, of 2048 to 8192 bits.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point on P-256, uncompressed (SEC 1 §2.3.3): 65 bytes.
    P256(Vec<u8>),
    /// A point on P-384, uncompressed: 97 bytes.
    P384(Vec<u8>),
    /// An Ed25519 key: 32 bytes.
    Ed25519(Vec<u8>),
}

enum Scheme<'k> {
    Rsa(&'static RsaParameters, &'k [u8], &'k [u8]),
    Curve(&'static dyn VerificationAlgorithm, &'k [u8]),
}

/// The whole of what may verify what.
fn scheme(material: &Material, algorithm: Algorithm) -> Option<Scheme<'_>> {
    match material {
        Material::Rsa { n, e } => rsa(algorithm).map(|parameters| Scheme::Rsa(parameters, n, e)),
        Material::P256(point) if algorithm == Algorithm::Es256 => Some(Scheme::Curve(&ECDSA_P256_SHA256_FIXED, point)),
        Material::P384(point) if algorithm == Algorithm::Es384 => Some(Scheme::Curve(&ECDSA_P384_SHA384_FIXED, point)),
        Material::Ed25519(key) if algorithm == Algorithm::EdDsa => Some(Scheme::Curve(&ED25519, key)),
        Material::P256(_) | Material::P384(_) | Material::Ed25519(_) => None,
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => None,
    }
}

impl Material {
    /// Whether a key of this kind has signatures of this algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        scheme(self, algorithm).is_some()
    }

    /// Verifies a signature.
    ///
    /// # Errors
    /// [`Refusal::KeyDoesNotFit`] and [`Refusal::SignatureWrong`].
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = match scheme(self, algorithm).ok_or(Refusal::KeyDoesNotFit)? {
            Scheme::Rsa(parameters, n, e) => RsaPublicKeyComponents { n, e }.verify(parameters, message, signature),
            Scheme::Curve(algorithm, key) => UnparsedPublicKey::new(algorithm, key).verify(message, signature),
        };
        verified.map_err(|_| Refusal::SignatureWrong)
    }
}
