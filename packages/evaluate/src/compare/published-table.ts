/**
 * One network a row, each with where its numbers were read. MFLOPs are as published; `M` marks those known to be multiply-adds.
 * PocketNet's own rows give multiply-adds of the same graphs (the paper prints 587.11, 587.24, 1099.02 and 1099.15 MFLOPs, which
 * count 2 a multiply-add and norms, slopes and pools besides), so that they stand beside the others on equal terms.
 *
 * A training set is named where a source of the row (or another row of its family) names it.
 * Where two sources differ, the one named first is given. Training sets differ: compare only within one. Sources:
 * [P] plotting script and figure of the PocketNet repository (fdbtrs/PocketNet, utils/plot_param.py); [E] benchmark table in
 * the README of otroshi/edgeface; [M] README of fdbtrs/mixfacenets; [A] poster of fdbtrs/AdaDistill and arXiv 2407.01332;
 * [Z] README of JDAI-CV/FaceX-Zoo, training_mode; [S] README of Inria-CENATAV-Tec/SwiftFaceFormer; [G] README and plots of
 * HamadYA/GhostFaceNets; [L] README of novendrastywn/FaceLiVT; [T] README of gau-nernst/timm-face; [I] InsightFace model zoo.
 */
export const PUBLISHED_TABLE = `
name | M parameters | MFLOPs | trained on | LFW | CALFW | CPLFW | CFP-FP | AgeDB-30 | IJB-B | IJB-C | MegaFace | MegaFace(R) | source
PocketNetS-128 | 0.925632 | 283.5M | MS1MV2, distilled | 99.58 | 95.48 | 89.63 | 94.21 | 96.10 | 89.44 | 91.62 | 90.54 | 92.23 | [P] [E]
PocketNetS-256 | 0.991424 | 283.5M | MS1MV2, distilled | 99.66 | 95.50 | 88.93 | 93.34 | 96.35 | 89.31 | 91.33 | 91.77 | 93.50 | [P] [E]
PocketNetM-128 | 1.686656 | 538.2M | MS1MV2, distilled | 99.65 | 95.67 | 90.00 | 95.07 | 96.78 | 90.63 | 92.63 | 92.45 | 94.17 | [P] [E]
PocketNetM-256 | 1.752448 | 538.2M | MS1MV2, distilled | 99.58 | 95.63 | 90.03 | 95.56 | 97.17 | 90.74 | 92.70 | 92.75 | 94.40 | [P]; CFP-FP 95.66 in [E]
VarGFaceNet | 5.0 | 1022 | DeepGlint | 99.85 | 95.15 | 88.55 | 98.50 | 98.15 | 92.9 | 94.7 | 93.9 | 95.6 | [P] [E]
ShuffleFaceNet 2x | 4.5 | 1050 | - | 99.62 | - | - | 97.56 | 97.28 | - | - | - | - | [P] [E]
MixFaceNet-M | 3.95 | 626.1 | - | 99.68 | - | - | - | 97.05 | 91.55 | 93.42 | 94.26 | 95.83 | [P] [E] [M]
ShuffleMixFaceNet-M | 3.95 | 626.1 | - | 99.60 | - | - | - | 96.98 | 91.47 | 91.47 | 94.24 | 95.22 | [P] [E]; IJB-C 93.5 in [M]
MobileFaceNetV1 | 3.4 | 1100 | - | 99.4 | 94.47 | 87.17 | 95.8 | 96.4 | 92.0 | 93.9 | 91.3 | 93.0 | [P] [E]
ProxylessFaceNAS | 3.2 | 900 | - | 99.2 | 92.55 | 84.17 | 94.7 | 94.4 | 87.1 | 89.7 | 82.8 | 84.8 | [P] [E]
MixFaceNet-S | 3.07 | 451.7 | - | 99.60 | - | - | - | 96.63 | 90.17 | 92.30 | 92.23 | 93.79 | [P] [E] [M]
ShuffleMixFaceNet-S | 3.07 | 451.7 | - | 99.58 | - | - | - | 97.05 | 90.94 | 93.08 | 93.60 | 95.19 | [P] [E] [M]
ShuffleFaceNet 1.5x | 2.6 | 577.5 | - | 99.7 | 95.05 | 88.50 | 96.9 | 97.3 | 92.3 | 94.3 | 93.0 | 94.6 | [P] [E]
MobileFaceNet (LFR study) | 2.0 | 933 | - | 99.7 | 95.2 | 89.22 | 96.9 | 97.6 | 92.8 | 94.7 | 95.2 | 96.8 | [P] [E]
Distill-DSE-LSE | 1.35 | - | - | 99.67 | 95.63 | 89.68 | 94.19 | 96.83 | - | - | - | - | [P]
MixFaceNet-XS | 1.04 | 161.9 | MS1MV2 | 99.60 | - | - | - | 95.85 | 88.48 | 90.73 | 89.40 | 91.04 | [E] [M]; AgeDB-30 95.62 in [P]
ShuffleMixFaceNet-XS | 1.04 | 161.9 | - | 99.53 | - | - | - | 95.62 | 87.86 | 90.43 | 89.24 | 91.03 | [P] [E] [M]
MobileFaceNets (original) | 0.99 | 439.8 | - | 99.55 | - | - | - | 96.07 | - | - | 90.16 | 92.59 | [P] [E]
ShuffleFaceNet 0.5x | 0.5 | 66.9 | - | 99.23 | - | - | 92.59 | 93.22 | - | - | - | - | [P] [E]
EdgeFace-XS γ.6 | 1.77 | 154 | WebFace12M | 99.73 | 95.28 | 91.58 | 94.71 | 96.08 | 92.67 | 94.85 | - | - | [E]; its paper: CPLFW 91.82, CFP-FP 94.37, AgeDB-30 96.00
EdgeFace-XXS | 1.24 | 94.7 | WebFace12M | 99.57 | 94.83 | 90.27 | 93.63 | 94.92 | - | - | - | - | [E]
EdgeFace-S γ.5 | 3.65 | 306 | WebFace12M | 99.78 | 95.55 | 92.48 | 95.74 | 97.03 | 93.58 | 95.63 | - | - | [E]; its paper: CALFW 95.71, CPLFW 92.56, CFP-FP 95.81, AgeDB-30 96.93
EdgeFace-base | 18.23 | 1398.8 | WebFace12M | 99.83 | 96.07 | 93.75 | 97.01 | 97.60 | - | - | - | - | [E]
MobileFaceNet, FaceX-Zoo | 1.19 | 227.6M | - | 99.57 | 93.82 | 83.33 | - | 95.97 | - | - | 90.39 | - | [Z]
SwiftFaceFormer-XXS-KD | 1.5 | 64.1 | MS1MV3 | 99.43 | 94.78 | 86.97 | 92.50 | 94.82 | 87.81 | 90.28 | - | - | [S], best over training
SwiftFaceFormer-XS | 3.4 | 294 | MS1MV3 | 99.60 | 95.35 | 88.65 | 95.47 | 96.35 | 90.20 | 92.32 | - | - | [S], best over training
SwiftFaceFormer-S | 6.0 | 485 | MS1MV3 | 99.60 | 95.78 | 90.00 | 96.49 | 96.83 | 91.56 | 93.54 | - | - | [S], best over training
GhostFaceNetV1-1.3-1 | 4.09 | 215.7 | MS1MV3 | 99.73 | 95.93 | 91.93 | 96.83 | 98.00 | 93.12 | 94.94 | - | - | [G]; CPLFW [L]
GhostFaceNetV1-1.3-2 | 4.1 | 60.3 | MS1MV3 | 99.68 | 95.60 | 90.07 | 93.31 | 96.92 | 91.25 | 93.45 | - | - | [G]
GhostFaceNetV2-1.3-2 | 6.8 | 77 | MS1MV3 | 99.68 | 95.73 | 90.17 | 94.29 | 96.83 | 91.89 | 93.16 | - | - | [G]; parameters, FLOPs, CALFW, CPLFW, IJB-C [L]
FaceLiVTv2-XS | 2.9 | 90 | Glint360K | 99.63 | 95.58 | 90.38 | 95.23 | 96.68 | 90.67 | 91.25 | - | - | [L]
FaceLiVTv2-S | 4.62 | 179 | Glint360K | 99.78 | 95.93 | 92.45 | 97.47 | 97.82 | 94.51 | 95.99 | - | - | [L]
FaceLiVTv2-M | 7.02 | 258 | Glint360K | 99.78 | 96.12 | 92.92 | 97.93 | 98.10 | 95.02 | 96.42 | - | - | [L]
FaceLiVTv1-S | 5.89 | 237 | Glint360K | 99.70 | 95.63 | 90.70 | 95.10 | 96.60 | 91.20 | 92.70 | - | - | [L]
KANFace-0.6 | 4.74 | 240 | WebFace12M | 99.65 | 95.32 | 91.47 | 97.17 | 95.52 | 92.95 | 94.75 | - | - | [L]
ConvNeXt-Atto (CosFace) | 3.54 | - | MS1MV3 | 99.68 | - | - | 96.33 | 96.90 | 91.76 | 93.58 | - | - | [T]
ViT-Ti/8 | 5.51 | - | MS1MV3 | 99.77 | - | - | 96.44 | 97.23 | 92.69 | 94.49 | - | - | [T]
buffalo_s MobileFaceNet | 3.4 | 450 | WebFace600K | 99.70 | - | - | 98.00 | 96.58 | - | 95.02 | - | - | [I]; parameters from its ONNX file of 13.6 MB
`;
