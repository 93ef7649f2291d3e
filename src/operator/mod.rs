//! The operator's twin: what the HyperConverged Cluster Operator would compute from a resource and its nodes.
//!
//! Everything here restates the operator's own code (kubevirt/hyperconverged-cluster-operator) and is checked against answers of that code.
//! Its evaluation is the same from 1.16 to 1.20; where the flag lives is not.

pub mod catalogue;
pub mod data_sources;
pub mod feature;
pub mod gates;
pub mod hyperconverged;
pub mod images;
pub mod labels;
pub mod moved;
pub mod olm;
pub mod placement;
pub mod release;
pub mod schema;

/// The architectures that the stack below the operator knows; its SSP webhook refuses every other one.
pub const SUPPORTED: [&str; 3] = ["amd64", "arm64", "s390x"];

/// A three-valued answer, ordered from no to yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tri {
    /// Certainly not.
    No,
    /// It depends on something that cannot be read.
    Maybe,
    /// Certainly.
    Yes,
}

impl Tri {
    /// Both: the weaker of the two.
    #[must_use]
    pub fn and(self, other: Tri) -> Tri {
        self.min(other)
    }

    /// Either: the stronger of the two.
    #[must_use]
    pub fn or(self, other: Tri) -> Tri {
        self.max(other)
    }
}

impl std::ops::Not for Tri {
    type Output = Tri;

    fn not(self) -> Tri {
        match self {
            Tri::No => Tri::Yes,
            Tri::Maybe => Tri::Maybe,
            Tri::Yes => Tri::No,
        }
    }
}

impl From<bool> for Tri {
    fn from(yes: bool) -> Tri {
        if yes { Tri::Yes } else { Tri::No }
    }
}
