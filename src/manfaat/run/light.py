"""Leave out a package that costs two seconds at every start and that nothing here uses.

``jsonschema`` loads ``rfc3987_syntax`` for the format ``iri``, which no Jupyter schema has; it builds dozens
of parsers at import. A name that is None in ``sys.modules`` counts as not installed, which jsonschema allows
for. Import this module before anything of Jupyter.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
