//! `pow` of glibc 2.28 and later, to the last bit.
//!
//! The power is the exponential of `exponent * log(base)`, with 15 bits more than a float has for the logarithm. The
//! order of the steps is glibc's, since each rounds. On processors that multiply and add in one step glibc does so, which
//! may change the last bit: both results are computed, and where they differ the power depends on the processor.

mod tables;

use tables::{EXPONENTIALS, LOGARITHMS};

/// Parts of each table, as a power of two.
const PARTS: u32 = 7;

/// The bits of the smallest mantissa that the table of logarithms splits.
const SMALLEST: u64 = 0x3fe6_9555_0000_0000;

/// `log(2)` in two parts, of which the first has few digits.
const LOG_2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fefa_3800), f64::from_bits(0x3d2e_f357_93c7_6730));

/// A polynomial for `log(1 + r)`, without its first factor. The factors fit powers of `r` that are scaled by -0.5, as the square is.
const LOG_FACTORS: [f64; 7] = [
    -0.5,
    f64::from_bits(0xbfe5_5555_5555_5560),
    f64::from_bits(0x3fe0_0000_0000_0006),
    f64::from_bits(0x3fe9_9999_9959_554e),
    f64::from_bits(0xbfe5_5555_5529_a47a),
    f64::from_bits(0xbff2_495b_9b48_45e9),
    f64::from_bits(0x3ff0_002b_8b26_3fc3),
];

/// `128 / log(2)`, and `-log(2) / 128` in two parts.
const STEPS: f64 = f64::from_bits(0x4067_1547_652b_82fe);
const STEP: (f64, f64) = (f64::from_bits(0xbf76_2e42_fefa_0000), f64::from_bits(0xbd0c_f79a_bc9e_3b3a));

/// A polynomial for `exp(r)`, from the square of `r` on.
const EXP_FACTORS: [f64; 4] = [
    f64::from_bits(0x3fdf_ffff_ffff_fdbd),
    f64::from_bits(0x3fc5_5555_5555_543c),
    f64::from_bits(0x3fa5_5555_cf17_2b91),
    f64::from_bits(0x3f81_1111_67a4_d017),
];

/// Between these glibc takes the common way.
const TINY: f64 = f64::EPSILON / 4.0;
const HUGE: f64 = 512.0;

/// Added and taken away again, it rounds to a whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// What all processors make of `base ** exponent`, for a normal base above zero. Nothing if they do not agree, or if the
/// power is tiny or huge.
pub(super) fn power(base: f64, exponent: f64) -> Option<f64> {
    let [apart, fused] = [Product::Apart, Product::Fused].map(|product| product.power(base, exponent));
    apart.filter(|_| apart == fused)
}

/// How a processor adds to a product.
#[derive(Clone, Copy, PartialEq)]
enum Product {
    /// The product is rounded, then the sum.
    Apart,
    /// Only the sum is rounded.
    Fused,
}

impl Product {
    fn plus(self, a: f64, b: f64, c: f64) -> f64 {
        match self {
            Self::Apart => a * b + c,
            Self::Fused => a.mul_add(b, c),
        }
    }

    fn power(self, base: f64, exponent: f64) -> Option<f64> {
        if !base.is_normal() {
            return None;
        }
        let (high, low) = self.log(base);
        let (high, low) = match self {
            Self::Fused => {
                let product = exponent * high;
                let missing = exponent.mul_add(high, -product);
                (product, exponent.mul_add(low, missing))
            }
            Self::Apart => {
                let (first, second) = halves(exponent, 27);
                let (log, _) = halves(high, 27);
                let rest = high - log + low;
                (first * log, second * log + exponent * rest)
            }
        };
        self.exp(high, low)
    }

    /// `log(base)` in two parts.
    fn log(self, base: f64) -> (f64, f64) {
        let bits = base.to_bits();
        let offset = bits.wrapping_sub(SMALLEST);
        let [inverse, log, log_rest] =
            LOGARITHMS[(offset >> (52 - PARTS)) as usize % (1 << PARTS)].map(f64::from_bits);
        // base = mantissa * 2**power, and the mantissa is (1 + r) / inverse.
        let power = (offset as i64 >> 52) as f64;
        let mantissa = f64::from_bits(bits.wrapping_sub(offset & (0xfff << 52)));
        let upper = f64::from_bits((mantissa.to_bits() + (1 << 31)) & (u64::MAX << 32));
        let (r_upper, r_lower) = (upper * inverse - 1.0, (mantissa - upper) * inverse);
        let r = match self {
            Self::Apart => r_upper + r_lower,
            Self::Fused => mantissa.mul_add(inverse, -1.0),
        };

        let start = self.plus(power, LOG_2.0, log);
        let sum = start + r;
        let rest1 = self.plus(power, LOG_2.1, log_rest);
        let rest2 = start - sum + r;
        let half = LOG_FACTORS[0] * r;
        let square = r * half;
        let cube = r * square;
        let (high, rest3, rest4) = match self {
            Self::Apart => {
                let half_upper = LOG_FACTORS[0] * r_upper;
                let square = r_upper * half_upper;
                let high = sum + square;
                (high, r_lower * (half + half_upper), sum - high + square)
            }
            Self::Fused => {
                let high = sum + square;
                (high, half.mul_add(r, -square), sum - high + square)
            }
        };
        let [_, a1, a2, a3, a4, a5, a6] = LOG_FACTORS;
        let inner = self.plus(square, self.plus(r, a6, a5), self.plus(r, a4, a3));
        let series = self.plus(square, inner, self.plus(r, a2, a1));
        let low = self.plus(cube, series, rest1 + rest2 + rest3 + rest4);
        let log = high + low;
        (log, high - log + low)
    }

    /// `exp(x + rest)`, if it is neither tiny nor huge.
    fn exp(self, x: f64, rest: f64) -> Option<f64> {
        if !(TINY..HUGE).contains(&x.abs()) {
            return None;
        }
        let rounded = self.plus(STEPS, x, ROUNDER);
        let whole = rounded.to_bits();
        let steps = rounded - ROUNDER;
        let r = self.plus(steps, STEP.1, self.plus(steps, STEP.0, x)) + rest;
        let [off, bits] = EXPONENTIALS[whole as usize % (1 << PARTS)];
        let scale = f64::from_bits(bits.wrapping_add(whole << (52 - PARTS)));
        let [c2, c3, c4, c5] = EXP_FACTORS;
        let square = r * r;
        let head = self.plus(square, self.plus(r, c3, c2), f64::from_bits(off) + r);
        let series = self.plus(square * square, self.plus(r, c5, c4), head);
        Some(self.plus(scale, series, scale))
    }
}

/// A float without its last digits, and those.
fn halves(value: f64, digits: u32) -> (f64, f64) {
    let first = f64::from_bits(value.to_bits() & (u64::MAX << digits));
    (first, value - first)
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    /// Numbers that repeat themselves only after a long time.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        /// Half of them as a program writes numbers, with few digits.
        fn float(&mut self, most: f64) -> f64 {
            let float = self.next() as f64 / u64::MAX as f64 * most;
            if self.next() & 1 == 0 { float } else { (float * 100.0).round() / 100.0 + 0.01 }
        }
    }

    #[test]
    fn a_power_is_what_the_c_library_of_this_machine_gives() {
        let (mut numbers, mut unknown) = (Numbers(88_172_645_463_325_252), 0);
        for _ in 0..100_000 {
            let (base, exponent) = (numbers.float(50.0), numbers.float(60.0) - 30.0);
            match power(base, exponent) {
                Some(power) => assert_eq!(power, base.powf(exponent), "{base} ** {exponent}"),
                None => unknown += 1,
            }
        }
        assert!(unknown < 500, "{unknown} powers depend on the processor");
    }
}
