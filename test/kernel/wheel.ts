/** Python that writes an installable wheel of `kars-part` into the directory that is its first argument, or here. */
export const wheelProgram = `
import os, sys, zipfile
info = "kars_part-1.0.dist-info"
files = {
    "kars_part.py": "value = 'installed'",
    f"{info}/METADATA": "Metadata-Version: 2.1\\nName: kars-part\\nVersion: 1.0\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in files)
directory = sys.argv[1] if len(sys.argv) > 1 else "."
with zipfile.ZipFile(os.path.join(directory, "kars_part-1.0-py3-none-any.whl"), "w") as archive:
    for name, text in files.items(): archive.writestr(name, text)
`;
