//! HCL: a byte-class lexer and a recursive-descent parser over flat node arrays.
//!
//! Accepts precisely what HashiCorp's parser accepts (native syntax: the `hclsyntax` specification,
//! JSON syntax: the `json` specification of HCL 2) and recovers inside blocks after errors.

mod json;
mod lexer;
mod literal;
mod parser;
mod tree;

pub use json::parse_json;
pub use parser::{parse, parse_expression, parse_template};
pub use tree::{
    Attribute, Binary, Block, Body, Comment, Expr, ExprId, For, Item, Label, List, Part, PartKind,
    Range, Tree, Unary,
};

#[cfg(test)]
mod tests;
