"""Texts of the licences under which the robots' data came."""

from g1_text import NOTICE as _G1

UNITREE_BSD = _G1[_G1.index("BSD 3-Clause License") :]
"""BSD-3-Clause, of Unitree."""

APACHE = """\
Licensed under the Apache License, Version 2.0 (the "License"); you may not use these files except
in compliance with the License. You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

or in the file LICENSE of kinemesh, which is under the same licence. Unless required by applicable
law or agreed to in writing, software distributed under the License is distributed on an "AS IS"
BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for
the specific language governing permissions and limitations under the License.
"""
"""Notice of the Apache License 2.0."""
